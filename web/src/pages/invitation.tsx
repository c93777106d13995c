import { Soon } from './soon'

export const Invitation = () => <Soon />
