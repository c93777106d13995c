import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client'
import type { components } from '../../api/schema/audit'

type Schemas = components['schemas']
export type Backups = Schemas['Backups']
export type Measured = Schemas['Measured']

const OFTEN = 10_000

export const useBackups = () =>
  useQuery({
    queryKey: ['health', 'backups'],
    refetchInterval: OFTEN,
    queryFn: ({ signal }) => get<Backups>('/audit/backups', undefined, signal),
  })
