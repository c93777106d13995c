import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { wordsOf } from '../offline/words-of'
import s from './unread.module.css'

/** Rows in sight could not be read: why, and another try. What was read stays around it. */
export function Unread({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const { t } = useTranslation()
  return (
    <div role="alert" className={s.unread}>
      <p>
        <b>{t('list.unread')}</b> {wordsOf(error)}
      </p>
      <Button small onClick={onRetry}>
        {t('common.retry')}
      </Button>
    </div>
  )
}
