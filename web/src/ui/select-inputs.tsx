import { MultiSelect, type MultiSelectProps, Select, type SelectProps } from '@mantine/core'
import { useTranslation } from '../words'

// by its beginning: in the middle of its input, a list that is not measured yet would stand half beside it
const PLACE = { position: 'bottom-start', transitionProps: { duration: 0 }, shadow: undefined } as const

/** One of some options. Long lists are searched by typing. */
export function SelectInput({ searchable, data, ...rest }: SelectProps) {
  const { t } = useTranslation()
  const long = searchable ?? (data?.length ?? 0) > 8
  return (
    <Select
      data={data}
      searchable={long}
      openOnFocus={false}
      checkIconPosition="right"
      nothingFoundMessage={t('common.nothingFound')}
      comboboxProps={PLACE}
      maxDropdownHeight={300}
      {...rest}
    />
  )
}

export function MultiSelectInput(props: MultiSelectProps) {
  const { t } = useTranslation()
  return (
    <MultiSelect
      searchable
      openOnFocus={false}
      hidePickedOptions
      nothingFoundMessage={t('common.nothingFound')}
      comboboxProps={PLACE}
      {...props}
    />
  )
}
