import { useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { call } from '../../api/client'
import { queries } from '../queries'
import { onSignOut } from '../session'

interface Opened {
  type: string
  id: string
}
const PACE = 120_000 // ms: more than 60 reports in an hour are refused
const MOST = 50
let opened: Opened[] = []
let timer: ReturnType<typeof setTimeout> | undefined
onSignOut(() => {
  opened = []
})

function report(): void {
  clearTimeout(timer)
  timer = undefined
  if (!opened.length) return
  const items = opened
  opened = []
  call('POST', '/identity/me/recents', { body: { items } }).then(
    () => queries.invalidateQueries({ queryKey: ['recents'] }),
    () => {
      opened = [...opened, ...items].slice(0, MOST) // with the next one
    },
  )
}

function note(one: Opened): void {
  opened = [one, ...opened.filter((other) => other.id !== one.id)].slice(0, MOST)
  timer ??= setTimeout(report, PACE)
}

/** Remembers which records are opened, and says so now and then: the palette offers them on every device. */
export function useRecents(): void {
  const path = useRouterState({ select: (state) => state.location.pathname })
  useEffect(() => {
    const [, type, id] = /^\/o\/([a-z_]+)\/([0-9a-f-]{36})$/.exec(path) ?? []
    if (type && id) note({ type, id })
  }, [path])
  useEffect(() => {
    const hide = () => document.visibilityState === 'hidden' && report()
    document.addEventListener('visibilitychange', hide)
    return () => {
      document.removeEventListener('visibilitychange', hide)
      report()
    }
  }, [])
}
