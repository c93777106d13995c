import type { News } from '../../data/list-news'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import s from './list.module.css'

/** What others did to the list, in few words; a press reads it again, and rows go where they belong. */
export function NewsChip({ news, onTake }: { news: News; onTake(): void }) {
  const { t } = useTranslation()
  if (!news.many && news.fresh === 0 && news.marks.size === 0) return null
  const told = news.many
    ? t('list.manyChanges')
    : news.fresh > 0
      ? t('list.newcomers', { count: news.fresh })
      : t('list.sortAgain', { count: news.marks.size })
  return (
    <Button small look="primary" className={s.newer} onClick={onTake}>
      {told}
    </Button>
  )
}
