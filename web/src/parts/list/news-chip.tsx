import type { News } from '../../data/list-news'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import s from './list.module.css'

interface Props {
  news: News
  /** Said where counts have changed that nothing marked or new explains. */
  behind: string | false
  onTake(): void
  className?: string
}

/**
 * What others did to a list or board, in few words; a press reads it again, and rows go where they belong.
 * The region stands there before its words, else screen readers do not say them.
 */
export function NewsChip({ news, behind, onTake, className = '' }: Props) {
  const { t } = useTranslation()
  const moved = news.marks.size
  const told = () => {
    if (news.many) return t('list.manyChanges')
    if (news.fresh > 0) return t('list.newcomers', { count: news.fresh })
    return moved > 0 ? t('list.sortAgain', { count: moved }) : behind
  }
  const words = told()
  return (
    <div role="status" className={s.told}>
      {words !== false && (
        <Button small look="primary" className={`${s.newer} ${className}`} onClick={onTake}>
          {words}
        </Button>
      )}
    </div>
  )
}
