import { Soon } from './soon'

export const Dashboard = () => <Soon />
