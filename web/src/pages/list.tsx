import { useParams } from '@tanstack/react-router'
import { useObject } from '../meta/use-types'
import { ListView } from '../parts/list/list-view'
import { NotFound } from './not-found'

export { listAhead } from '../parts/list/ahead'

/** `/o/$type`: the same page for every record type. */
export function List() {
  const { type } = useParams({ from: '/shell/o/$type' })
  const object = useObject(type)
  return object ? <ListView key={object.name} object={object} /> : <NotFound />
}
