import type { Override } from '../meta/describe'

export const opportunity: Override = {
  primary: ['sales.WinOpportunity', 'sales.LoseOpportunity', 'sales.ReopenOpportunity'],
  nextStep: 'next_step',
  folded: [
    'currency',
    'base_amount',
    'stage',
    'stage_since',
    'weighted_base_amount',
    'base_currency',
    'exchange_rate',
    'rate_day',
    'products',
    'contacts',
    'opened_at',
  ],
  tables: ['lines', 'contact_roles'],
  board: { sum: ['amount', 'weighted_amount'], card: ['amount', 'owner'], since: 'stage_since', currency: 'currency' },
  ends: { won: 'sales.WinOpportunity', lost: 'sales.LoseOpportunity' },
  backs: { open: 'sales.ReopenOpportunity' },
}
