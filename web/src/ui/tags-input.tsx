import { TagsInput, type TagsInputProps } from '@mantine/core'

/** Words of one's own, each ended by Enter or a comma. */
const TagsField = (props: TagsInputProps) => (
  <TagsInput
    splitChars={[',', ';', '，', '；']}
    comboboxProps={{ position: 'bottom-start', transitionProps: { duration: 0 }, shadow: undefined }}
    clearable
    {...props}
  />
)
export default TagsField
