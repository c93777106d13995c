import { type FormEvent, useState } from 'react'
import { isProblem } from '../api/problem'
import { mistakesOf } from '../data/mistakes'
import { t } from '../words'

/** A form before the shell: its values go out once at a time, mistakes come back to their fields. */
export function useGateForm(fields: readonly string[], send: (values: Record<string, string>) => Promise<void>) {
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState<Record<string, string>>({})
  const errors = mistakesOf(problem, fields, sent)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]))
    setSent(values)
    setBusy(true)
    try {
      await send(values)
      setProblem(undefined)
    } catch (error) {
      setProblem(error)
      const wrong = Object.keys(mistakesOf(error, fields, values))[0]
      if (wrong) (form.elements.namedItem(wrong) as HTMLElement | null)?.focus()
    } finally {
      setBusy(false)
    }
  }
  const general = problem !== undefined && Object.keys(errors).length === 0 ? wordsOf(problem) : ''
  return { submit, busy, errors, general, problem }
}

function wordsOf(error: unknown): string {
  if (isProblem(error, 'forbidden')) return t('setup.linkSpent')
  if (isProblem(error, 'offline')) return t('common.offlineText')
  return error instanceof Error && error.message ? error.message : t('common.failedText')
}

/** The token of a link: it stands behind the #, which is never sent, and leaves the address at once. */
export function takeToken(): string {
  const { hash, pathname, search } = window.location
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? ''
  if (token) window.history.replaceState(window.history.state, '', pathname + search)
  return token
}
