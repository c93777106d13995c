import type { DatePickerInputProps, DateTimePickerProps } from '@mantine/dates'
import { inputBone, later } from './later'

/** A day as `YYYY-MM-DD`. */
export const DateField = later<DatePickerInputProps<'default'>>(() => import('./date-input'), inputBone)
/** A moment as `YYYY-MM-DD HH:mm:ss`, on the clock of the reader. */
export const MomentField = later<DateTimePickerProps>(() => import('./moment-input'), inputBone)
