import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
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
  await i18next.use(initReactI18next).init({
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

export { useTranslation } from 'react-i18next'
/** For texts outside of components. */
export const t = (key: string, values?: Record<string, unknown>): string => i18next.t(key, values) as string
