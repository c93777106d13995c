import { expect, test } from 'vitest'
import { summary, type Verified } from './job'

test('what does not agree is named: views, the log, the rules and the ledger', () => {
  const found: Verified = {
    ok: false,
    views: [
      { view: 'accounts', ok: true, documents: 3 },
      { view: 'contacts', ok: false, documents: 2 },
    ],
    log: { ok: true, events: 9 },
    ledger: { ok: false },
  }
  expect(summary(found, new Date('2026-11-29T08:00:00Z'))).toEqual({
    at: '2026-11-29T08:00:00.000Z',
    ok: false,
    events: 9,
    views: 2,
    wrong: ['contacts', 'ledger'],
  })
})
