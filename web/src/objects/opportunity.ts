import type { Override } from '../meta/describe'

export const opportunity: Override = {
  primary: ['sales.WinOpportunity', 'sales.LoseOpportunity', 'sales.ReopenOpportunity'],
  nextStep: 'next_step',
  tables: ['lines', 'contact_roles'],
  board: { sum: ['amount', 'weighted_amount'], card: ['amount', 'owner'], since: 'stage_since', currency: 'currency' },
  ends: { won: 'sales.WinOpportunity', lost: 'sales.LoseOpportunity' },
}
