import { DatesProvider } from '@mantine/dates'
import '@mantine/dates/styles.css'
import { IconCalendar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type Locale, locale, t } from '../words'

const loaders: Record<Locale, () => Promise<unknown>> = {
  en: async () => undefined,
  'zh-CN': () => import('dayjs/locale/zh-cn'),
  'zh-TW': () => import('dayjs/locale/zh-tw'),
}
const names: Record<Locale, string> = { en: 'en', 'zh-CN': 'zh-cn', 'zh-TW': 'zh-tw' }

/** Calendars in the language of the page, weeks from Monday. */
export function Dates({ children }: { children: ReactNode }) {
  const now = locale()
  const { isSuccess } = useQuery({
    queryKey: ['calendar words', now],
    queryFn: () => loaders[now]().then(() => true),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <DatesProvider settings={{ locale: isSuccess ? names[now] : 'en', firstDayOfWeek: 1, weekendDays: [0, 6] }}>{children}</DatesProvider>
  )
}

const SIGN = { rightSection: <IconCalendar size={16} stroke={1.6} aria-hidden />, rightSectionPointerEvents: 'none' } as const
/** The sign at the end of an input, until there is something to clear. */
export const signOf = (value: unknown) => (value ? {} : SIGN)

/** What the button that clears an input is called. */
export const clearing = () => ({ 'aria-label': t('common.remove') })

export const formats = () =>
  locale() === 'en'
    ? { monthLabelFormat: 'MMMM YYYY', yearLabelFormat: 'YYYY', valueFormat: 'MMM D, YYYY' }
    : { monthLabelFormat: 'YYYY年M月', yearLabelFormat: 'YYYY年', valueFormat: 'YYYY年M月D日' }
