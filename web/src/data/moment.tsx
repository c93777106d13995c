import { useNavigate, useSearch } from '@tanstack/react-router'
import { createContext, type ReactNode, useCallback, useContext, useMemo } from 'react'
import { isPast, type Moment, NOW } from './keys'

const Looked = createContext<Moment>(NOW)

/** The moment of the address (`?at=`, `?known=`), for everything below: stands once, around all pages. */
export function Timed({ children }: { children: ReactNode }) {
  const { at, known } = useSearch({ strict: false }) as Moment
  const moment = useMemo(() => (at || known ? { at, known } : NOW), [at, known])
  return <Looked.Provider value={moment}>{children}</Looked.Provider>
}

/** Another moment for a part of a page: now next to then. */
export function At({ moment, children }: { moment: Moment; children: ReactNode }) {
  return <Looked.Provider value={moment}>{children}</Looked.Provider>
}

/** The moment that one looks at. Every read takes it, so nothing can forget it. */
export const useMoment = (): Moment => useContext(Looked)
export const usePast = (): boolean => isPast(useMoment())

/** Go to another moment: `travel({at: '2026-10-01'})`, and back to now by `travel()`. The address is replaced, not added to. */
export function useTravel(): (moment?: Moment) => void {
  const navigate = useNavigate()
  return useCallback(
    (moment = NOW) => {
      const search = ((old: object) => ({ ...old, at: moment.at, known: moment.known })) as never
      void navigate({ to: '.', search, replace: true })
    },
    [navigate],
  )
}
