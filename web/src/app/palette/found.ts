import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { get } from '../../api/client'

export interface Match {
  field: string
  text: string
  ranges: [number, number][]
}
export interface Found {
  type: string
  id: string
  title: string
  subtitle?: string
  matches?: Match[]
}

const PAUSE = 120 // ms without a key before the server is asked

export function useSettled(text: string): string {
  const [settled, settle] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => settle(text), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** Records that answer a text; without one, those that the person opened last. */
export function useFound(text: string): { records: Found[]; busy: boolean } {
  const wanted = useSettled(text.trim())
  const search = useQuery({
    queryKey: ['search', wanted],
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<{ items: Found[] }>('/search', { q: wanted, limit: 12, fields: 'type,id,title,subtitle,matches' }, signal),
  })
  const recent = useQuery({
    queryKey: ['recents'],
    enabled: wanted === '',
    staleTime: 10_000,
    queryFn: ({ signal }) => get<{ items: Found[] }>('/identity/me/recents', undefined, signal),
  })
  const data = wanted ? search.data : recent.data
  return { records: (data?.items ?? []).slice(0, 12), busy: search.isFetching || wanted !== text.trim() }
}
