import { isMac } from '../ui/media'
import { type Action, allActions } from './actions'

const WAIT = 900 // ms between the keys of `g a`

/** The name of a pressed key as actions write it: `mod+k`, `shift+g`, `?`, `escape`. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  const mod = isMac ? event.metaKey : event.ctrlKey
  const shift = event.shiftKey && (/^[a-z]$/.test(key) || key.length > 1)
  return [mod && 'mod', event.altKey && 'alt', shift && 'shift', key].filter(Boolean).join('+')
}

/** Whether the person writes: single keys are text then. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement) return !/^(button|checkbox|radio|submit|reset|range)$/.test(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
/** Chords that mean something to who writes: back by a step, to the word before and after. */
const OF_TEXT = ['mod+z', 'mod+arrowleft', 'mod+arrowright']
/** Chords about what is written in a dialog. All others would act on the page behind it. */
const OF_DIALOGS = ['mod+s', 'mod+z']
const isModal = (): boolean => document.querySelector('dialog[open], [role=dialog][aria-modal=true]') !== null
const inOverlay = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[role=menu], [role=listbox], [role=dialog]') !== null

let pressed = ''
let at = 0

/** The action of a key, or of the keys pressed one after the other. undefined: none, or not yet. */
export function actionFor(key: string, actions: readonly Action[], single: boolean, now = Date.now()): Action | undefined {
  const sequence = pressed && now - at < WAIT ? `${pressed} ${key}` : key
  const plain = !key.includes('+') || /^shift\+/.test(key)
  if (plain && !single) return undefined
  const found = actions.find((action) => action.keys === sequence) ?? actions.find((action) => action.keys === key)
  const begins = !found && actions.some((action) => action.keys?.startsWith(`${sequence} `))
  pressed = begins ? sequence : ''
  at = now
  return found
}

/** One listener for all keys. single: whether keys without Ctrl or Cmd act (WCAG 2.1.4 wants a way to switch them off). */
export function listenToKeys(single: () => boolean): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const key = keyOf(event)
    const chord = key.startsWith('mod+')
    if (!chord && (isWriting(event.target) || inOverlay(event.target))) return
    if (isModal() && !OF_DIALOGS.includes(key)) return
    if (OF_TEXT.includes(key) && isWriting(event.target)) return
    const action = actionFor(key, allActions(), single())
    if (!action) return
    event.preventDefault()
    action.run()
  }
  window.addEventListener('keydown', listen)
  return () => window.removeEventListener('keydown', listen)
}

const NAMES: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl',
  shift: '⇧',
  escape: 'Esc',
  enter: '↵',
  space: '␣',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
}
/** `mod+k` → ["⌘", "K"]: the caps to show. */
export const capsOf = (keys: string): string[] => keys.split(/[+ ]/).map((key) => NAMES[key] ?? key.toUpperCase())
