import type { TagsInputProps } from '@mantine/core'
import { inputBone, later } from './later'

/** Words of one's own, each ended by Enter or a comma. */
export const TagsField = later<TagsInputProps>(() => import('./tags-input'), inputBone)
