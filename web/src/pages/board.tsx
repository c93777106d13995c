import type { ObjectDescription } from '../meta/describe'
import { Soon } from './soon'

export default function Board(_: { object: ObjectDescription }) {
  return <Soon />
}
