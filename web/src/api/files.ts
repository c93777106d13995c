import { accessToken } from '../app/session'
import { address, type Query } from './client'
import { offline, problemOf } from './problem'

async function ask(path: string, init: RequestInit & { query?: Query; key?: string }): Promise<Response> {
  const headers = new Headers({ Authorization: `Bearer ${await accessToken()}`, 'Accept-Language': document.documentElement.lang })
  if (init.key) headers.set('Idempotency-Key', init.key)
  const response = await fetch(address(path, init.query), { ...init, headers }).catch(() => {
    throw offline()
  })
  if (!response.ok) throw await problemOf(response)
  return response
}

/** Sends files and texts as a form. Raises Problem. */
export async function upload<T>(path: string, form: FormData, options: { query?: Query; key?: string } = {}): Promise<T> {
  return (await (await ask(path, { method: 'POST', body: form, ...options })).json()) as T
}

/** Saves what a path answers as a file of this name. Raises Problem. */
export async function download(path: string, name: string, query?: Query): Promise<void> {
  const blob = await (await ask(path, { query })).blob()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
