import { describe, expect, test } from 'vitest'
import { LOCALES } from '../words'
import { findTopics, helpTexts, TOPICS, topicOf } from './topics'

describe('help', () => {
  test.each(LOCALES)('in %s every topic has its text', async (locale) => {
    const texts = await helpTexts(locale)
    expect(Object.keys(texts)).toEqual([...TOPICS])
    for (const { title, text, words } of Object.values(texts)) {
      expect([title, words, ...text].every((part) => part.trim().length > 1)).toBe(true)
      expect(text.length).toBeGreaterThanOrEqual(2)
    }
  })
  test.each([
    ['en', 'rejected rows', 'import'],
    ['en', 'kanban', 'board'],
    ['zh-CN', '快捷键', 'search'],
    ['zh-CN', '门槛', 'pipelines'],
    ['zh-TW', '匯率', 'money'],
    ['zh-TW', '封存', 'bulk'],
    ['en', 'restore drill', 'backup'],
    ['en', 'subject request', 'privacy'],
    ['en', 'authenticator', 'two-step'],
    ['zh-CN', '恢复码', 'two-step'],
    ['zh-TW', '驗證器', 'two-step'],
    ['zh-CN', '两个时刻', 'audit'],
    ['zh-TW', '演練', 'backup'],
  ] as const)('in %s “%s” finds %s first', async (locale, query, topic) => {
    expect(findTopics(await helpTexts(locale), query)[0]).toBe(topic)
  })
  test('nothing asked is everything, and nonsense nothing', async () => {
    const texts = await helpTexts('en')
    expect(findTopics(texts, ' ')).toEqual([...TOPICS])
    expect(findTopics(texts, 'board xyzzy')).toEqual([])
  })
  test.each([
    ['/', 'start'],
    ['/o/account', 'lists'],
    ['/o/account/1', 'record'],
    ['/import', 'import'],
    ['/settings', 'people'],
    ['/me', 'two-step'],
    ['/settings/fields', 'fields'],
    ['/settings/api-keys', 'keys'],
    ['/settings/requests', 'privacy'],
    ['/settings/retention', 'retention'],
    ['/o/subject_request/1', 'privacy'],
  ])('%s is explained by %s', (path, topic) => {
    expect(topicOf(path)).toBe(topic)
  })
})
