import { QueryClient } from '@tanstack/react-query'
import { isPassing, Problem } from '../api/problem'
import { onSignOut } from './session'

/** Asked again where nobody answered or the suite said that it will: never after a refusal. */
const again = (count: number, error: unknown): boolean => navigator.onLine && count < 3 && isPassing(error)

export const queries = new QueryClient({
  defaultOptions: {
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always', // what was kept answers where nobody else does
      staleTime: 30_000,
      gcTime: 120_000,
      retry: again,
      retryDelay: (count, error) => ((error instanceof Problem && error.retryAfter) || 2 ** count) * 1000,
      refetchOnWindowFocus: false, // live changes say what is stale
    },
  },
})
onSignOut(() => queries.clear())
