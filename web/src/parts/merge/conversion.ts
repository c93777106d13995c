import { fetchOne } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'

export type What = 'account' | 'contact' | 'opportunity'
/** old: one that there is already. */
export type How = 'new' | 'old' | 'none'
export const WHATS: What[] = ['account', 'contact', 'opportunity']

export interface Conversion extends Partial<Record<What, string | null>> {
  state: 'running' | 'done' | 'failed' | 'undone'
  failed_reason?: string
}

const STEP_MS = 400
const STEPS = 75

/** Until the conversion has come to its end: it runs on its own and survives a crash. undefined = it takes longer. */
export async function ended(object: ObjectDescription, id: string): Promise<Conversion | undefined> {
  for (let step = 0; step < STEPS; step += 1) {
    const { record } = await fetchOne(object, id)
    const found = record.conversion as Conversion | null | undefined
    if (found && found.state !== 'running') return found
    await new Promise((done) => setTimeout(done, STEP_MS))
  }
  return undefined
}
