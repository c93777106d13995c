import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { usePast } from '../../data/moment'
import { useCount } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { Nothing } from '../list/nothing'

/** The figures; before the first record that they are made of, what it is and the way to it. */
export function Begun({ object, children }: { object: ObjectDescription; children: ReactNode }) {
  const go = useNavigate()
  const past = usePast()
  const { data } = useCount(object, {})
  if (past || data?.count !== 0) return children
  const create = () => void go({ to: '/o/$type', params: { type: object.name }, search: { create: true } })
  return <Nothing object={object} filtered={false} onClear={create} onCreate={create} />
}
