import type { Override } from '../meta/describe'
import { account } from './account'
import { activity } from './activity'
import { contact } from './contact'
import { lead } from './lead'
import { legalHold } from './legal-hold'
import { opportunity } from './opportunity'
import { product } from './product'
import { subjectRequest } from './subject-request'

/** What /meta cannot say, by record type. A type that is not here has its pages all the same. */
export const OVERRIDES: Record<string, Override> = {
  account,
  activity,
  contact,
  lead,
  legal_hold: legalHold,
  opportunity,
  product,
  subject_request: subjectRequest,
}
