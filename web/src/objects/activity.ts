import type { Override } from '../meta/describe'

export const activity: Override = {
  begins: { kind: 'task' },
  board: { sum: [], card: ['due', 'owner'] },
  primary: ['customer.CompleteActivity', 'customer.CancelActivity'],
  moves: { done: 'customer.CompleteActivity', cancelled: 'customer.CancelActivity' },
}
