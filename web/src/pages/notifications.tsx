import { Soon } from './soon'

export const Notifications = () => <Soon />
