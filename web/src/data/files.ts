import { type Options, send } from '../api/client'
import { isProblem, problemOf } from '../api/problem'
import { toast } from '../ui/toast'
import { t } from '../words'

const FETCHED_MS = 60_000 // by then the browser has read the file

/** Sends files and texts as a form. Raises Problem. */
export async function sendForm<T>(path: string, form: FormData, options: Pick<Options, 'query' | 'key'> = {}): Promise<T> {
  const answer = await send('POST', path, { raw: form, ...options })
  if (!answer.ok) throw await problemOf(answer)
  return (await answer.json()) as T
}

/** Gives the person what a path answers as a file of this name; a refusal is told. The token goes with the request, never into an address. */
export const download = (path: string, name: string, query?: Options['query']): Promise<boolean> =>
  saved(name, () => send('GET', path, { query, headers: { Accept: '*/*' } }))

/** The same of a file that is made by asking for it, which the log keeps. */
export const make = (path: string, body: unknown, name: string): Promise<boolean> =>
  saved(name, () => send('POST', path, { body, headers: { Accept: '*/*' } }))

async function saved(name: string, ask: () => Promise<Response>): Promise<boolean> {
  try {
    const answer = await ask()
    if (!answer.ok) throw await problemOf(answer)
    save(await answer.blob(), name)
    return true
  } catch (error) {
    if (!isProblem(error)) throw error
    toast({ kind: 'bad', text: error.message || t('common.offlineText') })
    return false
  }
}

/** Gives the person a file that was made here. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), FETCHED_MS)
}
