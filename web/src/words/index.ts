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

export const isLocale = (text: unknown): text is Locale => (LOCALES as readonly unknown[]).includes(text)
export const locale = (): Locale => (isLocale(document.documentElement.lang) ? (document.documentElement.lang as Locale) : 'en')

/** Loads the words of <html lang>; boot.ts chose it. Nothing may be painted before. */
export async function startWords(): Promise<void> {
  const chosen = locale()
  const { default: words } = await loaders[chosen]()
  await i18next.init({
    lng: chosen,
    resources: { [chosen]: { translation: words } },
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
}

export async function speak(chosen: Locale): Promise<void> {
  const { default: words } = await loaders[chosen]()
  i18next.addResourceBundle(chosen, 'translation', words)
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
