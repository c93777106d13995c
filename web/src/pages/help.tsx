import { Soon } from './soon'

export const Help = () => <Soon />
