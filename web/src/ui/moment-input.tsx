import { DateTimePicker, type DateTimePickerProps } from '@mantine/dates'
import { CALENDAR, Dates, formats } from './dates-frame'

/** A moment as `YYYY-MM-DD HH:mm:ss`, on the clock of the reader. */
export default function MomentInput(props: DateTimePickerProps) {
  const { valueFormat, ...rest } = formats()
  return (
    <Dates>
      <DateTimePicker
        clearable
        highlightToday
        {...CALENDAR}
        {...rest}
        valueFormat={`${valueFormat} HH:mm`}
        popoverProps={{ transitionProps: { duration: 0 } }}
        {...props}
      />
    </Dates>
  )
}
