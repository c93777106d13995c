import type { Locale } from '../words'

export const TOPICS = [
  'start',
  'search',
  'lists',
  'bulk',
  'record',
  'history',
  'board',
  'leads',
  'merge',
  'import',
  'dashboard',
  'people',
  'two-step',
  'pipelines',
  'fields',
  'keys',
  'money',
  'offline',
  'health',
  'retention',
  'audit',
  'privacy',
  'backup',
] as const
export type Topic = (typeof TOPICS)[number]
/** words: what people may type for it, and is neither in the title nor in the text. */
export interface HelpText {
  title: string
  text: string[]
  words: string
}
export type HelpTexts = Record<Topic, HelpText>

const loaders: Record<Locale, () => Promise<{ default: HelpTexts }>> = {
  en: () => import('./en'),
  'zh-CN': () => import('./zh-cn'),
  'zh-TW': () => import('./zh-tw'),
}
export const helpTexts = async (locale: Locale): Promise<HelpTexts> => (await loaders[locale]()).default

export const isTopic = (text: string): text is Topic => (TOPICS as readonly string[]).includes(text)

const WEIGHTS = { title: 4, words: 2, text: 1 }

/** Topics that hold every word asked for, the best first; all of them where nothing is asked. */
export function findTopics(texts: HelpTexts, query: string): Topic[] {
  const asked = query.toLowerCase().split(/\s+/).filter(Boolean)
  const score = (topic: Topic): number => {
    const { title, text, words } = texts[topic]
    const parts = { title: title.toLowerCase(), words: words.toLowerCase(), text: text.join(' ').toLowerCase() }
    const of = (word: string) =>
      Object.entries(WEIGHTS).reduce((sum, [part, weight]) => sum + (parts[part as keyof typeof parts].includes(word) ? weight : 0), 0)
    const scores = asked.map(of)
    return scores.includes(0) ? 0 : scores.reduce((sum, one) => sum + one, 0)
  }
  if (asked.length === 0) return [...TOPICS]
  return TOPICS.map((topic) => [topic, score(topic)] as const)
    .filter(([, found]) => found > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([topic]) => topic)
}

/** The topic that explains a page, by its path. */
export function topicOf(path: string): Topic {
  const [, head = '', second = '', third = ''] = path.split('/')
  if (head === 'o' && PRIVACY.includes(second)) return 'privacy'
  if (head === 'o') return third ? 'record' : 'lists'
  if (head === 'me') return 'two-step'
  if (head === 'settings') return SETTINGS[second] ?? 'people'
  return isTopic(head) ? head : 'start'
}

const PRIVACY = ['subject_request', 'legal_hold']
const SETTINGS: Record<string, Topic> = {
  pipelines: 'pipelines',
  fields: 'fields',
  'api-keys': 'keys',
  rates: 'money',
  organisation: 'money',
  'sample-data': 'start',
  imports: 'import',
  health: 'health',
  retention: 'retention',
  audit: 'audit',
  requests: 'privacy',
  backup: 'backup',
}
