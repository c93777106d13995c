import type { News } from '../../data/list-news'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import s from './list.module.css'

interface Props {
  news: News
  /** Whether counts wait that no row explains. */
  behind: boolean
  onTake(): void
}

/** What others did to the list, in few words; a press reads it again, and rows go where they belong. */
export function NewsChip({ news, behind, onTake }: Props) {
  const { t } = useTranslation()
  const moved = news.marks.size
  if (!news.many && !behind && news.fresh === 0 && moved === 0) return null
  const told = () => {
    if (news.many) return t('list.manyChanges')
    if (news.fresh > 0) return t('list.newcomers', { count: news.fresh })
    return moved > 0 ? t('list.sortAgain', { count: moved }) : t('list.otherCounts')
  }
  return (
    <Button small look="primary" className={s.newer} onClick={onTake}>
      {told()}
    </Button>
  )
}
