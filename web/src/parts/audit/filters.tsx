import { IconX } from '@tabler/icons-react'
import { may, useMe } from '../../app/session'
import type { Names } from '../../data/records'
import { useTypes } from '../../meta/use-types'
import { DateField } from '../../ui/date'
import { Tick } from '../../ui/field'
import { IconButton } from '../../ui/icon-button'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { useAll } from '../settings/use-save'
import { AboutField } from './about-field'
import { type Asked, mayLeaveOut, useLog } from './answers'
import s from './audit.module.css'
import { PersonField } from './person-field'
import { ReasonField } from './reason-field'
import { TypeField } from './type-field'

/** The conditions, which hold all at once. */
export function Filters({ asked, onAsk }: { asked: Asked; onAsk(asked: Asked): void }) {
  const { t } = useTranslation()
  const types = useTypes()
  const pages = useLog(asked).data?.pages ?? []
  const names: Names = Object.assign({}, ...pages.map((page) => page.names))
  const keys = useKeys(names)
  const set = (name: keyof Asked) => (value: string | null) => onAsk({ ...asked, [name]: value || undefined })
  const type = types.type(asked.category ?? '')
  const commands = (type ? [type] : types.all).flatMap((one) =>
    one.commands.map(({ name, label }) => ({ value: name, label: type ? label : `${one.label}: ${label}` })),
  )
  return (
    <search className={s.filters} aria-label={t('audit.search')}>
      <PersonField
        label={t('audit.who')}
        others={[{ value: 'system', label: t('timeline.system') }, ...keys]}
        value={asked.actor ?? ''}
        names={names}
        onChange={set('actor')}
        placeholder={t('audit.anybody')}
      />
      <SelectField
        label={t('audit.kind')}
        data={[{ value: 'reads', label: t('audit.reads') }, ...types.all.map(({ name, label }) => ({ value: name, label }))]}
        value={asked.category ?? null}
        onChange={(category) => onAsk({ ...asked, category: category || undefined, command: undefined, type: undefined })}
        placeholder={t('audit.everything')}
        searchable
        clearable
      />
      <SelectField
        label={t('audit.command')}
        data={commands}
        value={asked.command ?? null}
        onChange={set('command')}
        placeholder={t('audit.everything')}
        searchable
        clearable
      />
      <TypeField asked={asked} onChange={set('type')} />
      <AboutField asked={asked} onChange={set('about')} />
      <ReasonField value={asked.reason ?? ''} onChange={set('reason')} />
      <DateField label={t('audit.since')} value={asked.since ?? null} onChange={set('since')} />
      <DateField label={t('audit.until')} value={asked.until ?? null} onChange={set('until')} />
      {mayLeaveOut(asked) && (
        <div className={s.only}>
          <Tick label={t('audit.all')} checked={Boolean(asked.all)} onChange={(on) => onAsk({ ...asked, all: on || undefined })} />
        </div>
      )}
      {(asked.correlation || asked.record) && (
        <p className={s.only}>
          {t(asked.correlation ? 'audit.oneAct' : 'audit.oneRecord')}{' '}
          <IconButton small label={t('audit.widen')} onClick={() => onAsk({ ...asked, correlation: undefined, record: undefined })}>
            <IconX size={16} stroke={1.6} />
          </IconButton>
        </p>
      )}
    </search>
  )
}

/** API keys by their names: one's own, and those that have done what was found. */
function useKeys(names: Names) {
  const { t } = useTranslation()
  const readable = may(useMe(), 'api_key', 'read')
  const plain = { limit: undefined, names: undefined, min_version: undefined }
  const own = useAll<{ id: string; name: string }>('api_key', '/identity/api-keys', plain, readable).data?.items ?? []
  const found = Object.entries(names).filter(([actor]) => actor.startsWith('key-'))
  const all = new Map([...own.map(({ id, name }) => [`key-${id}`, name] as const), ...found])
  return [...all].map(([value, name]) => ({ value, label: t('audit.keyNamed', { name }) }))
}
