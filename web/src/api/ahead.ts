// Who one is, and what one may see, is asked before the rest of the program has arrived: this file stands alone in its chunk.
type Asked = Promise<Response | undefined>
const REFRESH = 'POST /identity/sessions/refresh'

const asked = new Map<string, Asked>()

/** Renews the session by its cookie; with the token that comes, asks for the person and the record types. */
export function askAhead(language: string): void {
  const headers = { Accept: 'application/json', 'Accept-Language': language }
  const renew = () =>
    fetch('/identity/sessions/refresh', { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: '{}' })
  const locks = navigator.locks as LockManager | undefined // of secure contexts alone
  const alone = locks ? (locks.request('crm-session', renew) as Promise<Response>) : renew()
  const renewed: Asked = alone.catch(() => undefined)
  const bearer = renewed.then(async (answer) => {
    const token = answer?.ok ? ((await answer.clone().json()) as { access_token: string }).access_token : undefined
    return token === undefined ? undefined : { ...headers, Authorization: `Bearer ${token}` }
  })
  const read = async (path: string): Asked => {
    const who = await bearer
    const answer = who && (await fetch(path, { headers: who }).catch(() => undefined))
    return answer?.ok ? answer : undefined
  }
  asked.set(REFRESH, renewed)
  for (const path of ['/identity/me', `/meta?language=${language}`]) asked.set(`GET ${path}`, read(path))
}

/** What was asked ahead, once; undefined where it was not, or failed: then it is asked as ever. */
export function takeAhead(method: string, path: string): Asked | undefined {
  const name = `${method} ${path}`
  const found = asked.get(name)
  asked.delete(name)
  return found
}
