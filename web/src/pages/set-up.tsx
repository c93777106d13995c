import { Soon } from './soon'

export const SetUp = () => <Soon />
