import type { ObjectDescription } from '../../meta/describe'
import { CreateForm } from '../form/create-form'

/** A new record from the list. */
export default function Create({ object, onClose, onDone }: { object: ObjectDescription; onClose(): void; onDone(id: string): void }) {
  if (!object.create?.allowed) return null
  return <CreateForm object={object} onClose={onClose} onDone={(done) => onDone(done.id)} />
}
