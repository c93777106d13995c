import { DatePickerInput, type DatePickerInputProps } from '@mantine/dates'
import { clearing, Dates, formats, signOf } from './dates-frame'

/** A day as `YYYY-MM-DD`. */
export default function DateInput(props: DatePickerInputProps<'default'>) {
  return (
    <Dates>
      <DatePickerInput
        clearable
        clearButtonProps={clearing()}
        highlightToday
        {...signOf(props.value)}
        {...formats()}
        popoverProps={{ transitionProps: { duration: 0 } }}
        {...props}
      />
    </Dates>
  )
}
