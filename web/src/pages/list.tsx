import { Soon } from './soon'

export const List = () => <Soon />
