import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { components } from '../../api/schema/audit'
import { useTypes } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { number } from '../../ui/format'
import { useTranslation } from '../../words'
import s from '../related/related.module.css'
import { useResources } from '../settings/foreseen'
import own from './known.module.css'

const FEW = 5

/** The records of one type that name the person: the first few, the others by one press, and how many are not listed. */
export function KnownRecords({ section }: { section: components['schemas']['KnownRecords'] }) {
  const { t } = useTranslation()
  const types = useTypes()
  const nameOf = useResources()
  const [all, setAll] = useState(false)
  const items = all ? section.items : section.items.slice(0, FEW)
  const left = section.count - items.length
  const said = { count: left, shown: number(left) }
  return (
    <section className={s.box}>
      <h3>
        {types.type(section.resource)?.plural ?? nameOf(section.resource)}
        <span>{section.count}</span>
      </h3>
      <ul>
        {items.map((one) => (
          <li key={one.id}>
            <Link to="/o/$type/$id" params={{ type: section.resource, id: one.id }}>
              {one.title || t('privacy.untitled')}
            </Link>
          </li>
        ))}
      </ul>
      {left > 0 && items.length < section.items.length && (
        <Button small look="quiet" onClick={() => setAll(true)}>
          {t('privacy.andMore', said)}
        </Button>
      )}
      {left > 0 && items.length === section.items.length && <p className={own.rest}>{t('privacy.unlisted', said)}</p>}
    </section>
  )
}
