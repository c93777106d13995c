import { Soon } from './soon'

export const Calendar = () => <Soon />
