import {
  Checkbox,
  PasswordInput,
  type PasswordInputProps,
  Switch,
  Textarea,
  type TextareaProps,
  TextInput,
  type TextInputProps,
} from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from '../words'

/** A line of text. `error` stands below it in words. */
export const TextField = (props: TextInputProps) => <TextInput {...props} />

interface SearchProps {
  label: string
  value: string
  onChange(value: string): void
}

/** What is typed to find something; the label stands in it while it is empty. */
export const SearchField = ({ label, value, onChange }: SearchProps) => (
  <TextInput type="search" placeholder={label} aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
)

const Eye = ({ reveal }: { reveal: boolean }) => {
  const Icon = reveal ? IconEyeOff : IconEye
  return <Icon size={17} stroke={1.6} aria-hidden />
}

export function PasswordField(props: PasswordInputProps) {
  const { t } = useTranslation()
  return <PasswordInput visibilityToggleIcon={Eye} visibilityToggleButtonProps={{ 'aria-label': t('common.showPassword') }} {...props} />
}

export const TextArea = (props: TextareaProps) => <Textarea autosize minRows={3} maxRows={12} {...props} />

interface TickProps {
  label?: ReactNode
  checked: boolean
  /** Some of what it stands for are ticked. */
  some?: boolean
  onChange(checked: boolean): void
  disabled?: boolean
  'aria-label'?: string
  /** Where its words stand elsewhere: of a `label` for this id. */
  id?: string
  'aria-labelledby'?: string
  'aria-describedby'?: string
}

export const Tick = ({ onChange, some, ...rest }: TickProps) => (
  <Checkbox size="xs" radius={4} indeterminate={some} onChange={(event) => onChange(event.currentTarget.checked)} {...rest} />
)

export const Toggle = ({ onChange, some: _, ...rest }: TickProps) => (
  <Switch size="sm" onChange={(event) => onChange(event.currentTarget.checked)} {...rest} />
)
