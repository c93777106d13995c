import { Soon } from './soon'

export const Settings = () => <Soon />
