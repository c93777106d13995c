import { call } from '../api/client'
import { isProblem } from '../api/problem'
import { type Density, keepHere, type Scheme, setDensity, setScheme } from '../ui/scheme'
import { isLocale, type Locale, locale, speak } from '../words'
import { queries } from './queries'
import { onSignOut } from './session'
import { store, useStore } from './store'

export interface Pin {
  type?: string
  id?: string
  path?: string
  title?: string
}
/** What the server keeps for its user: 16 kB at most. Unknown keys are kept as they are. */
export interface Preferences {
  locale?: Locale
  time_zone?: string
  scheme?: Scheme
  density?: Density
  pins?: Pin[]
  dismissed?: string[]
  /** false: keys without Ctrl or Cmd do nothing. */
  singleKeys?: boolean
  [more: string]: unknown
}

const PATH = '/identity/me/preferences'
const preferences = store<Preferences | null>(null)
let writing: Promise<unknown> = Promise.resolve()
onSignOut(() => preferences.set(null))

/** Reads them and shows what they ask for: this device may have shown another person's choice. */
export async function loadPreferences(): Promise<void> {
  const found = await call<Preferences>('GET', PATH)
  preferences.set(found)
  if (found.scheme) setScheme(found.scheme)
  if (found.density) setDensity(found.density)
  if (isLocale(found.locale) && found.locale !== locale()) await changeLocale(found.locale)
  else keepHere('locale', locale())
}

async function changeLocale(chosen: Locale): Promise<void> {
  keepHere('locale', chosen)
  await speak(chosen)
  await queries.invalidateQueries() // labels and titles come in the language of the request
}

/** One write after the other, each on the newest state: two windows may both change something. */
export function setPreferences(change: (now: Preferences) => Preferences): Promise<void> {
  const before = preferences.get() ?? {}
  preferences.set(change(before))
  const write = async () => {
    const kept = await call<Preferences>('GET', PATH)
    preferences.set(await call<Preferences>('PUT', PATH, { body: change(kept) }))
  }
  const done = writing.then(write, write)
  writing = done.catch((error: unknown) => {
    if (!isProblem(error, 'offline')) preferences.set(before)
  })
  return done
}

export async function chooseLocale(chosen: Locale): Promise<void> {
  await changeLocale(chosen)
  if (preferences.get()) await setPreferences((now) => ({ ...now, locale: chosen }))
}
export async function chooseScheme(scheme: Scheme): Promise<void> {
  setScheme(scheme)
  if (preferences.get()) await setPreferences((now) => ({ ...now, scheme }))
}
export async function chooseDensity(density: Density): Promise<void> {
  setDensity(density)
  if (preferences.get()) await setPreferences((now) => ({ ...now, density }))
}
/** Whether they are read: until then nothing is known of what was dismissed. */
export const usePreferencesKnown = (): boolean => useStore(preferences) !== null
export const usePreferences = (): Preferences => useStore(preferences) ?? {}
export const singleKeys = (): boolean => preferences.get()?.singleKeys !== false
