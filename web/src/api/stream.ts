import { send } from './client'
import { offline, problemOf } from './problem'

export interface ServerEvent {
  event: string
  id: string
  data: string
}

interface Options {
  after?: string
  signal?: AbortSignal
  /** For jobs whose answer is their progress: it is sent by POST. */
  body?: unknown
  reason?: string
}

/** The events of a stream until it ends. `EventSource` cannot send the token, so the body is read as it comes. Raises Problem. */
export async function* events(path: string, { after, signal, body, reason }: Options = {}): AsyncGenerator<ServerEvent> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' }
  if (after) headers['Last-Event-ID'] = after
  const answer = await send(body === undefined ? 'GET' : 'POST', path, { headers, signal, body, reason })
  if (!answer.ok || answer.body === null) throw await problemOf(answer)
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw signal?.aborted ? error : offline() // the connection was cut
      })
      if (done) return
      const parts = (rest + value).split(/\r?\n\r?\n/)
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const found = parsed(part)
        if (found) yield found
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** One block of a stream; undefined for comments. One that names a position alone has no data. */
export function parsed(block: string): ServerEvent | undefined {
  const found: ServerEvent = { event: 'message', id: '', data: '' }
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
    if (name === 'data') data.push(value)
    else if (name === 'event' || name === 'id') found[name] = value
  }
  if (data.length === 0 && !found.id) return undefined
  return { ...found, data: data.join('\n') }
}
