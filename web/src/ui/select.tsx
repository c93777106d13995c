import type { MultiSelectProps, SelectProps } from '@mantine/core'
import { inputBone, later } from './later'

/** One of some options. Long lists are searched by typing. */
export const SelectField = later<SelectProps>(() => import('./select-inputs').then((m) => ({ default: m.SelectInput })), inputBone)
/** Several of some options. */
export const MultiSelectField = later<MultiSelectProps>(
  () => import('./select-inputs').then((m) => ({ default: m.MultiSelectInput })),
  inputBone,
)
