import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useObject } from '../meta/use-types'
import { RecordView, type Tab } from '../parts/record/record-view'
import { NotFound } from './not-found'

/** `/o/$type/$id`: any record, by its description. */
export function RecordPage() {
  const { type, id } = useParams({ from: '/shell/o/$type/$id' })
  const { tab } = useSearch({ from: '/shell/o/$type/$id' })
  const go = useNavigate()
  const object = useObject(type)
  if (object === undefined) return <NotFound />
  const onTab = (chosen: Tab) => void go({ to: '.', search: ((old: object) => ({ ...old, tab: chosen })) as never, replace: true })
  return <RecordView key={`${type} ${id}`} object={object} id={id} tab={tab === 'files' ? 'related' : tab} onTab={onTab} />
}
