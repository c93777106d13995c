import type { Override } from '../meta/describe'

export const legalHold: Override = {
  typed: { type: 'resource', record: 'record' },
}
