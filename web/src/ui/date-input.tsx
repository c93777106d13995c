import { DatePickerInput, type DatePickerInputProps } from '@mantine/dates'
import { CALENDAR, Dates, formats } from './dates-frame'

/** A day as `YYYY-MM-DD`. */
export default function DateInput(props: DatePickerInputProps<'default'>) {
  return (
    <Dates>
      <DatePickerInput
        clearable
        highlightToday
        {...CALENDAR}
        {...formats()}
        popoverProps={{ transitionProps: { duration: 0 } }}
        {...props}
      />
    </Dates>
  )
}
