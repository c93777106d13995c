import { call, newKey, send } from '../api/client'
import { isProblem, problemOf } from '../api/problem'

const CHUNK = 4 * 1024 * 1024 // whole MiB: what is acknowledged is durable
const TRIES = 4

/** Put a file on a record, piece by piece; after a break it goes on where it stopped. Raises Problem. */
export async function upload(file: File, type: string, record: string, told: (share: number) => void): Promise<string> {
  const begun = await call<{ id: string }>('POST', '/customer/uploads', {
    key: newKey(),
    body: { name: file.name, size: file.size, record_type: type, record },
  })
  const path = `/customer/uploads/${begun.id}`
  let offset = 0
  for (let turn = 0; offset < file.size; ) {
    try {
      const raw = file.slice(offset, offset + CHUNK)
      const headers = { 'Content-Type': 'application/octet-stream', 'Upload-Offset': String(offset) }
      const answer = await send('PATCH', path, { raw, headers })
      if (!answer.ok) throw await problemOf(answer)
      offset = ((await answer.json()) as { offset: number }).offset
      turn = 0
    } catch (error) {
      turn += 1
      if (turn >= TRIES || !isProblem(error, 'offline', 'unavailable', 'rejected')) throw error
      await new Promise((done) => setTimeout(done, 500 * turn))
      offset = (await call<{ offset: number }>('GET', path)).offset
    }
    told(file.size === 0 ? 1 : offset / file.size)
  }
  return (await call<{ id: string }>('POST', `${path}/complete`, { key: newKey(), body: {} })).id
}
