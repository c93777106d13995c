import { locale } from '../../words'

/** The built-in roles bring titles in English and simplified Chinese alone. */
const TRADITIONAL: Record<string, string> = {
  管理员: '管理員',
  销售经理: '銷售經理',
  销售代表: '銷售代表',
  市场: '行銷',
  只读: '唯讀',
}

export function roleName(role: { zh: string; en: string }): string {
  if (locale() === 'en') return role.en || role.zh
  const name = role.zh || role.en
  return locale() === 'zh-TW' ? (TRADITIONAL[name] ?? name) : name
}
