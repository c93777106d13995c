import { IconArrowRight, IconDownload } from '@tabler/icons-react'
import { download } from '../../data/files'
import type { ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { isEmpty } from '../../meta/meta'
import type { Show } from '../../meta/show'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import type { Outcome } from './acts'
import s from './bulk.module.css'

interface Props {
  object: ObjectDescription
  show: Show
  outcome: Outcome
  done: boolean
}
const SHOWN = 8

/** What would change, or did; what is so already; what was refused, and why. */
export function Report({ object, show, outcome, done }: Props) {
  const { t } = useTranslation()
  const { changed, unchanged, failed, sample = [], names = {}, failures = [] } = outcome
  const said = (name: string, value: unknown) => {
    const field = object.field(name)
    return (field && kind(field).format(value, show.place(field, undefined, names))) || (isEmpty(value) ? '—' : String(value))
  }
  return (
    <div className={s.report}>
      {outcome.error && (
        <p role="alert" className={s.problem}>
          {outcome.error}
        </p>
      )}
      <ul className={s.counts}>
        <li data-good>{t(done ? 'list.changed' : 'list.wouldChange', { count: changed })}</li>
        {unchanged > 0 && <li>{t('list.unchanged', { count: unchanged })}</li>}
        {failed > 0 && <li data-bad>{t(done ? 'list.failed' : 'list.wouldFail', { count: failed })}</li>}
      </ul>
      {!done && sample.length > 0 && (
        <ul className={s.sample}>
          {sample.slice(0, SHOWN).map((one) => (
            <li key={one.id}>
              <b>{one.title}</b>
              {Object.entries(one.changes)
                .filter(([name]) => object.field(name) && !object.field(name)?.technical)
                .slice(0, 2)
                .map(([name, { from, to }]) => (
                  <span key={name}>
                    {object.field(name)?.label}: <s>{said(name, from)}</s> <IconArrowRight size={13} aria-label="→" /> {said(name, to)}
                  </span>
                ))}
            </li>
          ))}
        </ul>
      )}
      {failures.length > 0 && (
        <>
          <ul className={s.sample}>
            {failures.slice(0, SHOWN).map((one) => (
              <li key={one.id}>
                <b>{one.title || one.id}</b>
                <span>{one.errors.map((error) => error.message).join(' ')}</span>
              </li>
            ))}
          </ul>
          <Button small icon={<IconDownload size={15} />} onClick={() => void download(`/bulk/${outcome.id}/failures.csv`, 'failures.csv')}>
            {t('list.failuresFile')}
          </Button>
        </>
      )}
    </div>
  )
}
