import { Soon } from './soon'

export const Home = () => <Soon />
