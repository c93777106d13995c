import { expect, it } from 'vitest'
import { Problem } from '../api/problem'
import { t } from '../words'
import { mistakesOf } from './mistakes'

const error = (field: string, message: string) => ({ field, code: 'too-short', message })
const failed = new Problem({
  type: '/problems/invalid',
  title: 'invalid',
  status: 422,
  detail: '',
  errors: [error('email', 'at least 3 entries are needed'), error('password', 'use at least 12 characters'), error('other', 'no')],
})

it('says of a field that was left empty just that', () => {
  expect(mistakesOf(failed, ['email', 'password'], { email: '', password: 'short' })).toEqual({
    email: t('common.needed'),
    password: 'use at least 12 characters',
  })
})

it('has none where nothing was refused field by field', () => {
  expect(mistakesOf(new Error('away'), ['email'], { email: '' })).toEqual({})
})
