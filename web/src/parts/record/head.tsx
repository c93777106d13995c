import { IconMail, IconPhone } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { One, Timeline } from '../../data/records'
import { fieldsOf, namedBy, type ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { isUnnamed } from '../../meta/fields/ref'
import { fieldValue, isEmpty } from '../../meta/meta'
import { type Show, Value } from '../../meta/show'
import { ago, moment } from '../../ui/format'
import { useTranslation } from '../../words'
import { Fact } from './fact'
import s from './head.module.css'

interface Props {
  object: ObjectDescription
  one: One
  show: Show
  timeline?: Timeline
  children: ReactNode
}

/** What it is, what it is called, what can be done; below, what comes next and when somebody last spoke with them. */
export function Head({ object, one, show, timeline, children }: Props) {
  const { t } = useTranslation()
  const named = namedBy(object, one.record)
  const value = fieldValue(one.record, named?.name ?? object.title)
  const title = named?.options?.length ? kind(named).format(value, show.place(named, undefined, {})) : String(value ?? '')
  const subtitle = fieldsOf(object, object.subtitle).filter((field) => {
    const said = fieldValue(one.record, field.name)
    return field !== named && !isEmpty(said) && !isUnnamed(field, said, one.names)
  })
  const next = object.nextStep ? object.field(object.nextStep) : undefined
  const last = timeline?.contact
  return (
    <header className={s.head}>
      <div className={s.top}>
        <div className={s.names}>
          <Link className={s.type} to="/o/$type" params={{ type: object.name }} search={{}}>
            {object.plural}
          </Link>
          <h1>{title || object.label}</h1>
          {subtitle.length > 0 && (
            <p className={s.sub}>
              {subtitle.map((field) => (
                <span key={field.name}>
                  <Value show={show} field={field} record={one.record} names={one.names} />
                </span>
              ))}
            </p>
          )}
        </div>
        <div className={s.actions}>
          <Reach object={object} one={one} />
          {children}
        </div>
      </div>
      {(next || object.activities) && (
        <dl className={s.next}>
          {next && <Fact object={object} one={one} field={next} show={show} />}
          {object.activities && last !== undefined && (
            <div className={s.last}>
              <dt>{t('record.lastContact')}</dt>
              <dd title={last ? moment(last.at) : undefined}>{last ? ago(last.at) : t('record.noContact')}</dd>
            </div>
          )}
        </dl>
      )}
    </header>
  )
}

/** One tap calls or writes. */
function Reach({ object, one }: { object: ObjectDescription; one: One }) {
  const found = (meaning: string) => {
    const field = object.fields.find(
      (each) => each.meaning === meaning && each.kind !== 'keywords' && !isEmpty(fieldValue(one.record, each.name)),
    )
    return field && { label: field.label, value: String(fieldValue(one.record, field.name)) }
  }
  const [phone, email] = [one.record.do_not_call ? undefined : found('phone'), one.record.do_not_email ? undefined : found('email')]
  return (
    <>
      {phone && (
        <a
          className={s.reach}
          href={`tel:${phone.value.replace(/[^\d+;=ext]/g, '')}`}
          aria-label={`${phone.label} ${phone.value}`}
          title={phone.value}
        >
          <IconPhone size={17} stroke={1.6} aria-hidden />
        </a>
      )}
      {email && (
        <a
          className={s.reach}
          href={`mailto:${encodeURIComponent(email.value).replace('%40', '@')}`}
          aria-label={`${email.label} ${email.value}`}
          title={email.value}
        >
          <IconMail size={17} stroke={1.6} aria-hidden />
        </a>
      )}
    </>
  )
}
