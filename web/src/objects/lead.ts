import { lazy } from 'react'
import type { Override } from '../meta/describe'

export const lead: Override = {
  primary: ['sales.ConvertLead', 'sales.QualifyLead', 'sales.StartWorking', 'sales.RecycleLead', 'sales.DisqualifyLead'],
  instead: ['company', 'email', 'phone'],
  dialogs: { 'sales.ConvertLead': lazy(() => import('../parts/merge/convert')) },
  board: { sum: ['amount'], card: ['company', 'amount', 'owner'], since: 'updated_at', currency: 'currency' },
  moves: { working: 'sales.StartWorking', qualified: 'sales.QualifyLead', disqualified: 'sales.DisqualifyLead' },
}
