import { afterEach, expect, test, vi } from 'vitest'
import { askAhead, takeAhead } from './ahead'

const REFRESH = ['POST', '/identity/sessions/refresh'] as const
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })

afterEach(() => vi.unstubAllGlobals())

function server(answers: Record<string, () => Response>) {
  const sent: [string, string | null][] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push([path, new Headers(init.headers).get('authorization')])
    return answers[path]?.() ?? json({}, 500)
  })
  return sent
}

test('the person and the record types are asked for with the token that the cookie brings, and each is handed out once', async () => {
  const sent = server({
    '/identity/sessions/refresh': () => json({ access_token: 'abc', expires_in: 60 }),
    '/identity/me': () => json({ tenant: 't' }),
    '/meta?language=en': () => json({ types: [] }),
  })
  askAhead('en')
  const renewed = await takeAhead(...REFRESH)
  expect(await renewed?.json()).toEqual({ access_token: 'abc', expires_in: 60 })
  expect(await (await takeAhead('GET', '/identity/me'))?.json()).toEqual({ tenant: 't' })
  expect(sent.slice(1)).toEqual([
    ['/identity/me', 'Bearer abc'],
    ['/meta?language=en', 'Bearer abc'],
  ])
  expect(takeAhead(...REFRESH)).toBeUndefined()
  expect(takeAhead('GET', '/identity/me')).toBeUndefined()
})

test('nobody is signed in: the refusal is handed on, nothing else is asked', async () => {
  const sent = server({ '/identity/sessions/refresh': () => json({}, 401) })
  askAhead('en')
  expect((await takeAhead(...REFRESH))?.status).toBe(401)
  expect(await takeAhead('GET', '/identity/me')).toBeUndefined()
  expect(sent).toHaveLength(1)
})

test('what failed ahead is asked as ever', async () => {
  server({ '/identity/sessions/refresh': () => json({ access_token: 'abc' }) })
  askAhead('en')
  expect(await takeAhead('GET', '/meta?language=en')).toBeUndefined()
})
