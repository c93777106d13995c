import {
  type CollisionDetection,
  KeyboardCode,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  rectIntersection,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'

const HOLD_MS = 180 // a finger that scrolls lifts nothing
const APART = 12

/** Left and right go to the column next to it, whatever its height. */
const byColumns: KeyboardCoordinateGetter = (event, { context }) => {
  const step = { [KeyboardCode.Right]: 1, [KeyboardCode.Left]: -1 }[event.code]
  if (step === undefined) return undefined
  event.preventDefault()
  const places = [...context.droppableRects].sort(([, one], [, other]) => one.left - other.left)
  const here = places.findIndex(([id]) => id === context.over?.id)
  const next = places[here < 0 ? 0 : here + step]?.[1]
  return next && { x: next.left + APART, y: next.top + APART }
}

// Outside of the hook: other ones at each rendering would have every card of a board rendered.
const BY_MOUSE = { activationConstraint: { distance: 6 } }
const BY_FINGER = { activationConstraint: { delay: HOLD_MS, tolerance: 8 } }
const BY_KEYS = {
  coordinateGetter: byColumns,
  keyboardCodes: { start: [KeyboardCode.Space], end: [KeyboardCode.Space, KeyboardCode.Enter], cancel: [KeyboardCode.Esc] },
}

/** A mouse lifts after a few pixels, a finger after a moment, the keyboard by Space; Enter opens a card. */
export function useBoardSensors() {
  return useSensors(useSensor(MouseSensor, BY_MOUSE), useSensor(TouchSensor, BY_FINGER), useSensor(KeyboardSensor, BY_KEYS))
}

/** Under the pointer; with the keyboard, what the card lies on most. */
export const over: CollisionDetection = (given) => {
  const under = pointerWithin(given)
  return under.length > 0 ? under : rectIntersection(given)
}
