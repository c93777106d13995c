import type { ComponentType } from 'react'
import type { One } from '../data/records'
import type { ObjectDescription } from './describe'
import type { MetaCommand } from './meta'

/** A command that asks more than its inputs: it brings a dialog of its own (objects/). */
export interface OwnDialogProps {
  object: ObjectDescription
  command: MetaCommand
  one: One
  onClose(): void
}
export type OwnDialog = ComponentType<OwnDialogProps>
