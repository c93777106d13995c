import { Link } from '@tanstack/react-router'
import { download } from '../../data/files'
import { useTypes } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import s from './import.module.css'
import type { Report } from './use-job'

/** The ways to what came in: the lists of its record types, what changed last first. */
export function CameIn({ report }: { report: Report }) {
  const { t } = useTranslation()
  const types = useTypes()
  const came = (report.steps ?? []).filter(({ created = 0, updated = 0 }) => created + updated > 0)
  return [...new Set(came.map(({ resource }) => resource))].map((name) => {
    const type = types.type(name)
    if (!type) return null
    return (
      <Link key={name} to="/o/$type" params={{ type: name }} search={{ sort: '-updated_at' }}>
        {t('import.show', { plural: type.plural })}
      </Link>
    )
  })
}

/** What was taken back; what is left as it is, and why, as a file. */
export function WentBack({ id, reverted }: { id: string; reverted: Record<string, number> }) {
  const { t } = useTranslation()
  const { archived = 0, undone = 0, left = 0 } = reverted
  return (
    <p className={s.soft}>
      {t('list.takenBack', { count: archived + undone })}
      {left > 0 && (
        <>
          {' · '}
          {t('bulk.left', { count: left })}{' '}
          <Button small look="quiet" onClick={() => void download(`/imports/${id}/left.csv`, `left-${id}.csv`)}>
            {t('list.leftFile')}
          </Button>
        </>
      )}
    </p>
  )
}
