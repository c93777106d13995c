import i18next, { type i18n } from 'i18next'
import { useSyncExternalStore } from 'react'
import type { Words } from './together'

export const LOCALES = ['zh-CN', 'zh-TW', 'en'] as const
export type Locale = (typeof LOCALES)[number]
/** Each language in its own words: a person looks for theirs. */
export const LOCALE_NAMES: Record<Locale, string> = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' }

const loaders: Record<Locale, () => Promise<{ default: Words }>> = {
  en: () => import('./en'),
  'zh-CN': () => import('./zh-CN'),
  'zh-TW': () => import('./zh-TW'),
}

/** What the settings and seldom opened drawers say: it comes with them, and the shell that is kept for offline has none of it. */
const office: typeof loaders = {
  en: () => import('./en/office'),
  'zh-CN': () => import('./zh-CN/office'),
  'zh-TW': () => import('./zh-TW/office'),
}

export const isLocale = (text: unknown): text is Locale => (LOCALES as readonly unknown[]).includes(text)
export const locale = (): Locale => (isLocale(document.documentElement.lang) ? (document.documentElement.lang as Locale) : 'en')

/** Loads the words of <html lang>; boot.ts chose it. Nothing may be painted before. */
export async function startWords(): Promise<void> {
  const chosen = locale()
  const { default: words } = await loaders[chosen]()
  await i18next.init({
    lng: chosen,
    resources: { [chosen]: { translation: words } },
    fallbackLng: [...LOCALES], // words of the office that could not be fetched: better in the language before than none
    interpolation: { escapeValue: false }, // React escapes
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
}

const started = new Promise<void>((done) => i18next.on('initialized', () => done()))
let inOffice = false

function learn(chosen: Locale, words: Words): void {
  i18next.addResourceBundle(chosen, 'translation', words, true, true)
  spoken = speech()
}

/** A page, or a part, that says words of the office: it is there when they are. */
export async function withOffice<T>(page: Promise<T>): Promise<T> {
  inOffice = true
  const chosen = locale()
  const [found, { default: words }] = await Promise.all([page, office[chosen](), started])
  learn(chosen, words)
  return found
}

export async function speak(chosen: Locale): Promise<void> {
  const more = inOffice ? office[chosen]().catch(() => undefined) : undefined
  const [{ default: words }, others] = await Promise.all([loaders[chosen](), more])
  learn(chosen, words)
  if (others) learn(chosen, others.default)
  document.documentElement.lang = chosen
  await i18next.changeLanguage(chosen)
}

type Say = (key: string, values?: Record<string, unknown>) => string

/** What is said in one language. Words without a hole are looked up once: a page asks for hundreds at each of its renderings. */
function speech(): { t: Say; i18n: i18n } {
  const plain = new Map<string, string>()
  const say: Say = (key, values) => {
    if (values !== undefined) return i18next.t(key, values)
    const found = plain.get(key) ?? i18next.t(key)
    plain.set(key, found)
    return found
  }
  return { t: say, i18n: i18next }
}

let spoken = speech()
for (const news of ['initialized', 'languageChanged']) {
  i18next.on(news, () => {
    spoken = speech()
  })
}
const subscribe = (listener: () => void) => {
  i18next.on('languageChanged', listener)
  return () => i18next.off('languageChanged', listener)
}

/** For texts of components: they are rendered again, with another `t`, when the language is another one. */
export const useTranslation = () => useSyncExternalStore(subscribe, () => spoken)
/** For texts outside of components. */
export const t: Say = (key, values) => spoken.t(key, values)
