import type { Override } from '../meta/describe'

export const subjectRequest: Override = {
  primary: ['audit.ApproveErasure', 'audit.TakeUpSubjectRequest', 'audit.FulfilSubjectRequest'],
  typed: { type: 'person_type', record: 'person' },
  folded: ['exported', 'records'],
}
