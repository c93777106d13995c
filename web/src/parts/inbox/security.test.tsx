import { afterEach, expect, test } from 'vitest'
import { play, seen, serve } from '../../test/stage'
import { Inbox, useInbox } from './inbox'

afterEach(() => document.body.replaceChildren())

test.each([
  ['identity.SecondFactorRemoved', 'Mei Lin', 'Mei Lin reset your two-step sign-in'],
  ['identity.SecondFactorRemoved', '', 'The system reset your two-step sign-in'],
  ['identity.InvitationIssued', 'Mei Lin', 'Mei Lin made a link that sets a new password of yours'],
])('%s by %s is said, and leads to the own page', async (event, by_name, said) => {
  const one = { id: 'n1', kind: 'security', type: 'user', record: 'u1', title: '', by_name, event, at: '2026-11-30T00:00:00Z', position: 1 }
  serve({ 'GET /identity/me/notifications': () => ({ items: [one], next: null, unread: 1 }) })
  const box = await play(() => <Inbox inbox={useInbox()} />, '/o/boat')
  await seen(box, said)
  expect(box.querySelector('a')?.getAttribute('href')).toBe('/me')
})
