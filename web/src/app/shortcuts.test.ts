import { describe, expect, test } from 'vitest'
import { type Action, doubleKeys } from './actions'
import { actionFor, capsOf, isWriting, keyOf } from './shortcuts'

const action = (id: string, keys: string): Action => ({ id, keys, title: id, section: 'go', run: () => undefined })
const press = (key: string, more = {}) => keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

describe('keys', () => {
  test.each([
    [press('k', { ctrlKey: true }), 'mod+k'],
    [press('?', { shiftKey: true }), '?'],
    [press('G', { shiftKey: true }), 'shift+g'],
    [press(' '), 'space'],
  ])('%s is written %s', (found, wanted) => expect(found).toBe(wanted))

  test('letters one after the other', () => {
    const actions = [action('accounts', 'g a'), action('add', 'a')]
    expect(actionFor('g', actions, true, 0)).toBeUndefined()
    expect(actionFor('a', actions, true, 500)?.id).toBe('accounts')
    expect(actionFor('a', actions, true, 600)?.id).toBe('add')
    expect(actionFor('g', actions, true, 1000)).toBeUndefined()
    expect(actionFor('a', actions, true, 5000)?.id).toBe('add')
  })
  test('single keys can be switched off, chords stay', () => {
    const actions = [action('new', 'c'), action('palette', 'mod+k')]
    expect(actionFor('c', actions, false)).toBeUndefined()
    expect(actionFor('mod+k', actions, false)?.id).toBe('palette')
  })
  test('who writes needs the letters', () => {
    expect(isWriting(document.createElement('textarea'))).toBe(true)
    expect(isWriting(document.createElement('button'))).toBe(false)
    expect(isWriting(Object.assign(document.createElement('input'), { type: 'checkbox' }))).toBe(false)
  })
  test('two actions with the same keys are found', () =>
    expect(doubleKeys([action('a', 'g a'), action('b', 'g a')])).toEqual(['g a: a, b']))
  test('caps', () => expect(capsOf('mod+shift+z')).toEqual(['Ctrl', '⇧', 'Z']))
})
