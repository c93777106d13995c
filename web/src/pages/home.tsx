import { Navigate } from '@tanstack/react-router'
import { useTypes } from '../meta/use-types'
import { Soon } from './soon'

/** Where somebody begins: the deals, else the first list that they may read. */
export function Home() {
  const types = useTypes()
  const first = types.type('opportunity') ?? types.all[0]
  return first ? <Navigate to="/o/$type" params={{ type: first.name }} replace /> : <Soon />
}
