import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LOCALES, speak, startWords, t } from '.'

type Tree = { [key: string]: string | Tree }
const HERE = join(import.meta.dirname, '.')
const PLURAL = /_(zero|one|two|few|many|other)$/

function flat(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  )
}
const files = (locale: string) =>
  readdirSync(join(HERE, locale))
    .filter((name) => name.endsWith('.json'))
    .sort()
const wordsOf = (locale: string) =>
  files(locale).flatMap((name) => flat(JSON.parse(readFileSync(join(HERE, locale, name), 'utf8')) as Tree, `${name.slice(0, -5)}.`))
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
const found = (pattern: RegExp) => new Set(texts().flatMap((text) => [...text.matchAll(pattern)].map((one) => one[1] as string)))
const used = () => found(/\bt\(\s*'([a-z][\w-]*\.[\w.-]+)'/g)

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
