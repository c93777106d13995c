import { useState } from 'react'
import { merged } from '../../data/cache'
import { useClash } from '../../data/clashes'
import { useRecord } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { useShow } from '../../meta/show'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import s from './clash.module.css'

type Open = NonNullable<ReturnType<typeof useClash>>

/** Stands once in the shell: asks, field by field, when somebody else was faster. */
export default function Clashes() {
  const clash = useClash()
  return clash && <ClashDialog key={`${clash.theirs.id} ${clash.theirs.version}`} clash={clash} />
}

function ClashDialog({ clash }: { clash: Open }) {
  const { t } = useTranslation()
  const { object, fields, before, theirs, mine, choose } = clash
  const { data } = useRecord(object, theirs.id)
  const [kept, setKept] = useState<string[]>(fields)
  const who = data?.names[String(theirs.updated_by)] ?? t('clash.someone')
  const own = merged(theirs, mine)
  const pick = (field: string, isMine: boolean) =>
    setKept((now) => (isMine ? [...now.filter((one) => one !== field), field] : now.filter((one) => one !== field)))
  return (
    <Dialog
      open
      firm
      onClose={() => choose([])}
      title={t('clash.title', { who })}
      size={640}
      actions={
        <>
          <Button onClick={() => choose([])}>{t('clash.discard')}</Button>
          <Button look="primary" onClick={() => choose(kept)}>
            {t('clash.keep')}
          </Button>
        </>
      }
    >
      <p className={s.text}>{t('clash.text')}</p>
      <table className={s.table}>
        <thead>
          <tr>
            <th scope="col">{t('clash.field')}</th>
            <th scope="col">{t('clash.before')}</th>
            <th scope="col">{t('clash.mine')}</th>
            <th scope="col">{t('clash.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((name) => (
            <Row
              key={name}
              object={object}
              name={name}
              docs={[before, own, theirs]}
              names={data?.names ?? {}}
              mine={kept.includes(name)}
              onPick={(isMine) => pick(name, isMine)}
            />
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}

interface RowProps {
  object: ObjectDescription
  name: string
  docs: [Doc, Doc, Doc]
  names: Record<string, string>
  mine: boolean
  onPick(mine: boolean): void
}

function Row({ object, name, docs: [before, own, theirs], names, mine, onPick }: RowProps) {
  const { t } = useTranslation()
  const show = useShow(object)
  const field = object.field(name)
  const text = (doc: Doc) => (field ? show.text(field, doc, names) : String(doc[name] ?? '')) || t('record.empty')
  const choice = (isMine: boolean, doc: Doc) => (
    <td data-on={mine === isMine || undefined}>
      <label>
        <input type="radio" name={`clash ${name}`} checked={mine === isMine} onChange={() => onPick(isMine)} />
        {text(doc)}
      </label>
    </td>
  )
  return (
    <tr>
      <th scope="row">{field?.label ?? name}</th>
      <td className={s.before}>{text(before)}</td>
      {choice(true, own)}
      {choice(false, theirs)}
    </tr>
  )
}
