import { IconDownload, IconPrinter } from '@tabler/icons-react'
import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { isProblem } from '../../api/problem'
import { useMe } from '../../app/session'
import { save } from '../../data/files'
import { Button } from '../../ui/button'
import { Tick } from '../../ui/field'
import { day, dayAt } from '../../ui/format'
import { useTranslation } from '../../words'
import { wordsOf } from '../offline/words-of'
import { CopyButton } from '../settings/secret'
import s from './factor.module.css'

/** The one time that they are on the screen: copied, kept as a file, or printed; then said to be kept. Until then no way leads from here. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone(): Promise<void> | void }) {
  const { t } = useTranslation()
  const { user, organisation } = useMe()
  const [kept, setKept] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  useBlocker({ shouldBlockFn: () => !kept, enableBeforeUnload: () => !kept })
  const heads = [
    t('factor.sheet'),
    t('factor.sheetText', { organisation: organisation.name, email: user.email }),
    t('factor.sheetMade', { day: day(dayAt(new Date())) }),
  ]
  const text = `${[...heads, '', ...codes].join('\n')}\n`
  async function done() {
    setBusy(true)
    setProblem('')
    try {
      await onDone()
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(wordsOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={s.form}>
      <p>{t('factor.codesText')}</p>
      <div className={s.sheet}>
        <div className={s.head}>
          {heads.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
        <ol className={s.codes} aria-label={t('factor.sheet')}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
      </div>
      <div className={s.ways}>
        <CopyButton text={text} />
        <Button
          small
          icon={<IconDownload size={16} />}
          onClick={() => save(new Blob([text], { type: 'text/plain' }), 'recovery-codes.txt')}
        >
          {t('factor.download')}
        </Button>
        <Button small icon={<IconPrinter size={16} />} onClick={() => window.print()}>
          {t('factor.print')}
        </Button>
      </div>
      <Tick label={t('factor.kept')} checked={kept} onChange={setKept} />
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <div className={s.foot}>
        <Button look="primary" disabled={!kept} busy={busy} onClick={() => void done()}>
          {t('common.done')}
        </Button>
      </div>
    </div>
  )
}
