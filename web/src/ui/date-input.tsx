import { DatePickerInput, type DatePickerInputProps } from '@mantine/dates'
import { Dates, formats, signOf } from './dates-frame'

/** A day as `YYYY-MM-DD`. */
export default function DateInput(props: DatePickerInputProps<'default'>) {
  return (
    <Dates>
      <DatePickerInput
        clearable
        highlightToday
        {...signOf(props.value)}
        {...formats()}
        popoverProps={{ transitionProps: { duration: 0 } }}
        {...props}
      />
    </Dates>
  )
}
