import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { useObject } from '../../meta/use-types'
import { joined, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { useResources } from '../settings/foreseen'
import { type Head, useWording } from './answers'
import s from './audit.module.css'

type Read = NonNullable<Head['read']>

/** In one line, what was read, refused, exported or asked. */
export function ReadLine({ read }: { read: Read }) {
  const nameOf = useResources()
  const { title } = useWording()
  const titles = read.records.flatMap((one) => title(one) ?? [])
  const rest = read.records.length > 0 && !read.route ? read.count - titles.length : 0 // not shown to this reader, or not sent
  const more = rest > 0 ? (titles.length > 0 ? ` +${number(rest)}` : `(${number(rest)})`) : ''
  const said = read.route || titles.length > 0 || more ? `${read.route} ${joined(titles)}${more}` : read.text
  return (
    <span className={s.title}>
      {nameOf(read.resource) || read.resource} {said}
    </span>
  )
}

/** All that the read log keeps of it. */
export function ReadDetail({ read }: { read: Read }) {
  const { t } = useTranslation()
  const { title } = useWording()
  const object = useObject(read.resource)
  const label = (name: string) => object?.fields.find((field) => field.name === name)?.label ?? name.replace('custom.', '')
  const facts = [
    [t('audit.refusal'), read.route],
    [t('audit.right'), read.action && t(`settings.actions.${read.action}`)],
    [t('audit.sensitive'), joined(read.fields.map(label))],
    [t('audit.number'), read.count ? number(read.count) : ''],
    [t('audit.typed'), read.text],
  ].filter(([, value]) => value)
  return (
    <>
      <dl className={s.facts}>
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
      <ul>
        {read.records.map((one) => (
          <li key={one.id}>
            {one.title ? (
              <Link to="/o/$type/$id" params={{ type: one.type, id: one.id }}>
                {title(one) ?? one.id}
              </Link>
            ) : (
              <>
                {t('common.notShown')} <code>{one.id}</code>
              </>
            )}{' '}
            · {t('audit.times', { count: one.times, shown: number(one.times) })}
          </li>
        ))}
      </ul>
    </>
  )
}
