import { useSyncExternalStore } from 'react'

export type Scheme = 'light' | 'dark' | 'system'
export type Density = 'compact' | 'comfortable' | 'spacious'

const root = () => document.documentElement
const darkDevice = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

/** What this device shows before anybody is known: boot.ts reads it. Storage may be forbidden. */
export function keepHere(name: 'scheme' | 'density' | 'locale', value: string): void {
  try {
    localStorage.setItem(`crm.${name}`, value)
  } catch {
    // the next visit begins with the device's own settings
  }
}

function paint(dark: boolean): void {
  root().setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#111312' : '#f6f6f3')
  for (const listener of listeners) listener()
}

let chosen: Scheme = 'system'
export function setScheme(scheme: Scheme): void {
  chosen = scheme
  keepHere('scheme', scheme)
  paint(scheme === 'dark' || (scheme === 'system' && darkDevice?.matches === true))
}
darkDevice?.addEventListener('change', (event) => {
  if (chosen === 'system') paint(event.matches)
})

export function setDensity(density: Density): void {
  keepHere('density', density)
  root().setAttribute('data-density', density)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
/** The scheme that is shown. */
export const useScheme = (): 'light' | 'dark' =>
  useSyncExternalStore(subscribe, () => (root().getAttribute('data-mantine-color-scheme') === 'dark' ? 'dark' : 'light'))
export const useDensity = (): Density =>
  useSyncExternalStore(subscribe, () => (root().getAttribute('data-density') as Density | null) ?? 'comfortable')
