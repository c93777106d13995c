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

/** A file's bytes as an address of this page; the token goes with the request, never into an address. */
export async function blobOf(path: string): Promise<Blob> {
  const answer = await send('GET', path)
  if (!answer.ok) throw await problemOf(answer)
  return answer.blob()
}

/** Give a file to the person: a download under its name. */
export async function download(path: string, name: string): Promise<void> {
  const address = URL.createObjectURL(await blobOf(path))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
