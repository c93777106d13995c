import { Soon } from './soon'

export const RecordPage = () => <Soon />
