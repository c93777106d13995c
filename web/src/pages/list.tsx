import { useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useObject } from '../meta/use-types'
import { ListView } from '../parts/list/list-view'
import { NotFound } from './not-found'

const Board = lazy(() => import('./board'))

/** `/o/$type`: the same page for every record type. */
export function List() {
  const { type } = useParams({ from: '/shell/o/$type' })
  const { as } = useSearch({ from: '/shell/o/$type' })
  const object = useObject(type)
  if (!object) return <NotFound />
  if (as === 'board' && object.boardField)
    return (
      <Suspense>
        <Board object={object} />
      </Suspense>
    )
  return <ListView key={object.name} object={object} />
}
