import { act } from 'react'
import { afterEach, expect, test } from 'vitest'
import { made } from '../test/made-up'
import { button, play, press, rest, type Sent, seen, serve, type } from '../test/stage'
import { Import } from './import'

const wrong = (step: string) => ({
  step,
  file: 'fair.csv',
  row: 3,
  line: 5,
  cells: { Name: 'Li', 'Tel no': '+1 0' },
  errors: [{ field: 'phone', code: 'phone', message: 'no number', column: 'Tel no', value: '+1 0' }],
})
const leftOut = {
  step: 'boat',
  file: 'fair.csv',
  row: 7,
  line: 9,
  errors: [{ field: 'flag', code: 'country', message: 'no country', column: 'Flag' }],
}
const steps = [{ resource: 'boat', created: 2 }]
const report = (status: string, rejected: object[], more = {}) => ({
  status,
  totals: { created: 1, rejected: rejected.length },
  rejected,
  ...more,
})

/** A suite that finds GB18030, and refuses one row in two steps whatever is corrected before the import. First answers get lost. */
function suite(): Sent[] {
  let tries = 0
  let runs = 0
  let back = false
  const keys = new Set<string | null>()
  return serve({
    'GET /meta': () => made,
    'POST /imports/inspect': ({ body, query }) => ({
      name: ((body as FormData).get('file') as File).name,
      encoding: query.get('encoding') ?? 'gb18030',
      rows: query.has('encoding') ? 1 : 40,
      columns: ['Name', 'Tel no'],
      resource: 'boat',
      matches: ['Name', 'Tel no'].map((column) => ({ column, samples: [], field: '', confidence: 1, reason: '' })),
      fields: ['name', 'berth'],
      suggestion: {
        name: 'x',
        steps: [{ name: 'boat', resource: 'boat', file: 'fair.csv', fields: { name: 'Name', berth: 'Tel no' } }],
      },
    }),
    'POST /imports/dry-run': () => {
      tries += 1
      return { id: `try${tries}` }
    },
    'POST /imports': ({ headers }) => {
      const key = headers.get('Idempotency-Key')
      if (!keys.has(key)) {
        keys.add(key)
        runs += 1
        throw new TypeError('the answer is lost')
      }
      return { id: runs === 1 ? 'run' : 'later' }
    },
    'POST /imports/later/revert': ({ headers }) => {
      const first = !back
      back = true
      if (first) throw new TypeError('the answer is lost')
      return { body: {}, status: headers.has('Idempotency-Key') ? 200 : 409 }
    },
    'GET /imports/later/report': () => report(back ? 'reverted' : 'done', [], { steps, reverted: back ? { archived: 2 } : undefined }),
    ...Object.fromEntries(
      ['try1', 'try2', 'try3'].map((id) => [
        `GET /imports/${id}/report`,
        () => report('dry', [wrong('boat'), wrong('berth')], { warned: [leftOut] }),
      ]),
    ),
    'GET /imports/run/report': () => report('done', [wrong('boat'), wrong('berth')]),
  })
}
const forms = (asked: Sent[], path: string) => asked.filter((one) => one.path === path).map(({ body }) => body as FormData)
const cell = (box: HTMLElement) => box.querySelector<HTMLInputElement>('input[aria-label="Line 5, Tel no"]') as HTMLInputElement
const pressed = async (box: HTMLElement, name: string, then: string) => {
  await press(button(box, name))
  await seen(box, then)
}

async function tried(): Promise<[HTMLElement, Sent[]]> {
  const asked = suite()
  const box = await play(Import, '/o/boat')
  const input = box.querySelector('input[type=file]') as HTMLInputElement
  Object.defineProperty(input, 'files', { value: [new File(['Name,Tel no\nLi,+1 0\n'], 'fair.csv')] })
  await act(async () => input.dispatchEvent(new Event('change', { bubbles: true })))
  await seen(box, 'Which column goes where?')
  await pressed(box, 'Dry run: change nothing', 'This would happen')
  await seen(box, 'Rejected rows')
  return [box, asked]
}
afterEach(() => document.body.replaceChildren())

test('cells that were corrected are tried before they are imported, and go along on the way back', async () => {
  const [box, asked] = await tried()
  expect(button(box, 'Import now')?.hasAttribute('disabled')).toBe(false)
  await type(cell(box), '+86 10')
  expect(button(box, 'Import now')?.hasAttribute('disabled')).toBe(true)
  await seen(box, 'Try the corrected cells first')
  await pressed(box, 'Back', 'Which column goes where?')
  await pressed(box, 'Dry run: change nothing', 'This would happen')
  const [, second] = forms(asked, '/imports/dry-run')
  expect(JSON.parse(String(second?.get('corrections')))).toEqual([{ file: 'fair.csv', row: 3, cells: { 'Tel no': '+86 10' } }])
})

test('after an import the corrected rows are a file in UTF-8, and the report is not lost', async () => {
  const [box, asked] = await tried()
  await pressed(box, 'Import now', 'The import is done')
  await type(cell(box), '+86 10')
  await pressed(box, 'Try the corrected rows (1)', 'This would happen')
  const tries = asked.filter(({ path }) => path === '/imports/dry-run').map(({ query }) => query.get('encoding'))
  expect(tries).toEqual(['gb18030', 'utf-8'])
  await pressed(box, 'Back', 'fair.csv: 1 row')
  const encoding = [...box.querySelectorAll('input')].map(({ value }) => value)
  expect(encoding).toContain('utf-8')
  await pressed(box, 'Back to the report', 'The import is done')
  await rest()
  expect(cell(box).value).toBe('+86 10')
  expect(button(box, 'Take it back')).toBeDefined()
})

test('a dry run names the cells that are left out of rows that it takes', async () => {
  const [box] = await tried()
  expect(box.querySelector('[aria-label="Taken without some cells"] li')?.textContent).toBe('Line 9 Flag no country')
})

test('a row that two steps refuse is no row more, and a cell is told what is wrong with it', async () => {
  const [box] = await tried()
  expect(box.textContent).not.toContain('more in the file')
  const id = cell(box).getAttribute('aria-describedby') ?? ''
  expect(document.getElementById(id)?.textContent).toBe('no number')
})

test('rows that were corrected and imported later are refused no more, until that import is taken back', async () => {
  const [box] = await tried()
  await pressed(box, 'Import now', 'The import is done')
  await type(cell(box), '+86 10')
  await pressed(box, 'Try the corrected rows (1)', 'This would happen')
  await pressed(box, 'Import now', 'The import is done')
  await pressed(box, 'Back to the report', '1 rejected row was corrected and imported later.')
  expect(cell(box)).toBeNull()
  expect(box.textContent).not.toContain('Rejected rows')
  await press(button(box, 'Show that import'))
  expect([...box.querySelectorAll('a')].find((a) => a.textContent === 'Show Boats')?.getAttribute('href')).toMatch(/^\/o\/boat\?/)
  await pressed(box, 'Take it back', 'The import is taken back')
  expect(box.textContent).toContain('Taken back: 2 records')
  expect(box.textContent).not.toContain('Show Boats')
  await pressed(box, 'Back to the report', 'Rejected rows')
  expect(cell(box)).not.toBeNull()
  expect(box.textContent).not.toContain('imported later')
})
