import { DateTimePicker, type DateTimePickerProps } from '@mantine/dates'
import { clearing, Dates, formats, signOf } from './dates-frame'

/** A moment as `YYYY-MM-DD HH:mm:ss`, on the clock of the reader. */
export default function MomentInput(props: DateTimePickerProps) {
  const { valueFormat, ...rest } = formats()
  return (
    <Dates>
      <DateTimePicker
        clearable
        clearButtonProps={clearing()}
        highlightToday
        {...signOf(props.value)}
        {...rest}
        valueFormat={`${valueFormat} HH:mm`}
        popoverProps={{ transitionProps: { duration: 0 } }}
        {...props}
      />
    </Dates>
  )
}
