import { Soon } from './soon'

export const Import = () => <Soon />
