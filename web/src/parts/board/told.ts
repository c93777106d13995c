import type { Mark, News } from '../../data/list-news'
import type { Names } from '../../data/records'
import { columnKey } from '../../meta/boards'
import type { ObjectDescription } from '../../meta/describe'
import { type Doc, fieldValue } from '../../meta/meta'
import { t } from '../../words'

interface Place {
  object: ObjectDescription
  names: Names
  /** What a column, or a way off the path, is called. */
  titleOf(key: string): string
}

/** What somebody else did to a card that stands where it stood: where it is now, and by whom. lane: where it stands. */
export function toldOf(news: News, card: Doc, lane: string, place: Place): { mark: Mark; text: string } | undefined {
  const mark = news.marks.get(card.id)
  if (mark === undefined) return undefined
  const { object, names, titleOf } = place
  const now = news.docs.get(card.id)
  const name = names[String(now?.updated_by ?? '')]
  const by = name ? 'By' : ''
  const end = object.ends?.[String(now?.status)] && String(now?.status)
  const here = columnKey(fieldValue(now, object.boardField ?? ''))
  if (now && (end || (mark === 'moved' && here !== lane)))
    return { mark, text: t(`board.told.moved${by}`, { name, stage: titleOf(end || here) }) }
  return { mark, text: t(`board.told.${mark === 'left' ? 'left' : 'changed'}${by}`, { name }) }
}
