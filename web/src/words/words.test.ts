import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LOCALES, speak, startWords, t, withOffice } from '.'

type Tree = { [key: string]: string | Tree }
const HERE = join(import.meta.dirname, '.')
const PLURAL = /_(zero|one|two|few|many|other)$/

function flat(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  )
}
const files = (folder: string) =>
  readdirSync(join(HERE, folder))
    .filter((name) => name.endsWith('.json'))
    .sort()
const wordsIn = (folder: string) =>
  files(folder).flatMap((name) => flat(JSON.parse(readFileSync(join(HERE, folder, name), 'utf8')) as Tree, `${name.slice(0, -5)}.`))
const wordsOf = (locale: string) => [...wordsIn(locale), ...wordsIn(`${locale}/office`)]
const keysOf = (locale: string) => [...new Set(wordsOf(locale).map(([key]) => key.replace(PLURAL, '')))].sort()
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map((found) => found[1]).sort()

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [path] : []
  })
}
const texts = () => sources(join(HERE, '..')).map((path) => readFileSync(path, 'utf8'))
const found = (pattern: RegExp, where = texts()) =>
  new Set(where.flatMap((text) => [...text.matchAll(pattern)].map((one) => one[1] as string)))
const used = () => found(/\bt\(\s*'([a-z][\w-]*\.[\w.-]+)'/g)

/** What the client may show before it has fetched the words of the office: all but what is imported through `withOffice`. */
function without(): string[] {
  const begin = join(HERE, '../main.tsx')
  const [reached, read] = [new Set([begin]), [] as string[]]
  for (const path of reached) {
    const text = readFileSync(path, 'utf8')
    if (path.endsWith('parts/settings/pages.ts')) continue // its pages are those of pages/settings.tsx, which waits
    read.push(text)
    const imports = text.replace(/withOffice\(import\('[^']+'\)/g, '').matchAll(/(?:from |import\()'(\.[^']*)'/g)
    for (const [, name = ''] of imports) {
      const file = ['.ts', '.tsx', '/index.ts'].map((end) => join(dirname(path), name + end)).find(existsSync)
      if (file) reached.add(file)
    }
  }
  return read
}

describe('words', () => {
  test.each(LOCALES)('%s has the keys of the others, and says something for each', (locale) => {
    expect(keysOf(locale)).toEqual(keysOf('en'))
    expect(wordsOf(locale).filter(([, text]) => !text.trim())).toEqual([])
  })
  test.each(LOCALES)('%s fills the same holes', (locale) => {
    const english = new Map(wordsOf('en').map(([key, text]) => [key.replace(PLURAL, ''), holes(text)]))
    for (const [key, text] of wordsOf(locale)) expect([key, holes(text)]).toEqual([key, english.get(key.replace(PLURAL, ''))])
  })
  test('every key that code names exists', () => {
    const known = new Set(keysOf('en'))
    expect([...used()].filter((key) => !known.has(key))).toEqual([])
  })
  test('code names every key, or the beginning that it builds the key from', () => {
    const named = found(/['"]([a-z][\w-]*\.[\w.-]+)['"]/g)
    const begun = [...found(/`([a-z][\w-]*\.[\w.-]*)\$\{/g)]
    expect(keysOf('en').filter((key) => !named.has(key) && !begun.some((start) => key.startsWith(start)))).toEqual([])
  })
  test('what is shown before the words of the office are there says none of them', () => {
    const [named, begun] = [found(/['"]([a-z][\w-]*\.[\w.-]+)['"]/g, without()), [...found(/`([a-z][\w-]*\.[\w.-]*)\$\{/g, without())]]
    const keys = wordsIn('en/office').map(([key]) => key.replace(PLURAL, ''))
    expect(without().length).toBeGreaterThan(200)
    expect(keys.filter((key) => named.has(key) || begun.some((start) => key.startsWith(start)))).toEqual([])
    expect(wordsIn('en/office').filter(([key]) => wordsIn('en').some(([other]) => other === key))).toEqual([])
  })
  test('a page of the office is there with its words, and says them in each language that is chosen', async () => {
    document.documentElement.lang = 'en'
    const page = withOffice(Promise.resolve('page')) // asked for before the first words are there
    await startWords()
    const said = [await page, t('backup.never')]
    await speak('zh-CN')
    said.push(t('backup.never'), t('common.undo'), t('settings.title'))
    expect(said).toEqual(['page', 'never', '从未', '撤销', '设置'])
  })
  test('a word is said in the language of the moment, however often it was said before', async () => {
    document.documentElement.lang = 'en'
    await startWords()
    const said = [t('common.undo'), t('common.undo')]
    await speak('zh-CN')
    said.push(t('common.undo'))
    await speak('en')
    expect([...said, t('common.undo')]).toEqual(['Undo', 'Undo', '撤销', 'Undo'])
  })
  test('each language is in its own script', () => {
    const traditional = /[這個們說記錄檔關開會員類選擇設儲]/
    expect(wordsOf('zh-CN').filter(([, text]) => traditional.test(text))).toEqual([])
    expect(wordsOf('zh-TW').filter(([, text]) => /[这个们说记录档关开会员类选择设储]/.test(text.replace(/[錄檔]/g, '')))).toEqual([])
  })
})
