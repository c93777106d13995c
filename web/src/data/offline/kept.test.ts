import { expect, test } from 'vitest'
import { keyOf, mayBeKept } from './kept'

test('the same question is the same answer, whatever it asks to be seen at least', () => {
  expect(keyOf('/customer/accounts?limit=100&min_version=a%3A3&archived=false')).toBe('/customer/accounts?archived=false&limit=100')
  expect(keyOf('/customer/accounts/1?min_version=4')).toBe('/customer/accounts/1')
})

test.each([
  ['/customer/accounts?limit=100', true],
  ['/identity/me', true],
  ['/identity/me/preferences', true],
  ['/identity/sessions', false],
  ['/identity/me/second-factor', false],
  ['/identity/api-keys?limit=200', false],
  ['/audit/events?last=20', false],
  ['/imports/1/report', false],
])('%s is kept: %s', (address, kept) => {
  expect(mayBeKept(address)).toBe(kept)
})
