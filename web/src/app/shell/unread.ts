import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get } from '../../api/client'
import { refresh } from '../../data/cache'
import { onChanged } from '../../data/live'

/** How many notifications wait; 100 = as many or more. The live stream says when there are others. */
export function useUnread(): number {
  const { data } = useQuery({
    queryKey: ['notification', 'list', 'unread', 'now'],
    queryFn: async ({ signal }) => {
      const { unread } = await get<{ unread: number }>('/identity/me/notifications', { unread: true, limit: 1 }, signal)
      return { unread }
    },
    refetchInterval: 120_000, // a moment that falls due while the stream is away
  })
  const client = useQueryClient()
  useEffect(() => onChanged('notification', () => void refresh(client, 'notification')), [client])
  return data?.unread ?? 0
}
