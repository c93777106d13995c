import type { Announcements, ScreenReaderInstructions } from '@dnd-kit/core'
import { useMemo } from 'react'
import type { Doc } from '../../meta/meta'
import { useTranslation } from '../../words'

/** What a screen reader says while a card is moved, in the language of the page. */
export function useSpoken(
  titleOf: (lane: string) => string,
  nameOf: (card: Doc) => string,
): { announcements: Announcements; screenReaderInstructions: ScreenReaderInstructions } {
  const { t } = useTranslation()
  return useMemo(() => {
    const name = (active: { data: { current?: Record<string, unknown> } }) => nameOf(active.data.current?.card as Doc)
    return {
      screenReaderInstructions: { draggable: t('board.instructions') },
      announcements: {
        onDragStart: ({ active }) => t('board.lifted', { name: name(active) }),
        onDragOver: ({ active, over }) =>
          over ? t('board.overLane', { name: name(active), stage: titleOf(String(over.id)) }) : t('board.nowhere', { name: name(active) }),
        onDragEnd: ({ active, over }) =>
          over ? t('board.dropped', { name: name(active), stage: titleOf(String(over.id)) }) : t('board.putBack', { name: name(active) }),
        onDragCancel: ({ active }) => t('board.putBack', { name: name(active) }),
      },
    }
  }, [t, titleOf, nameOf])
}
