// Runs before the first paint, as a classic script: scheme, language and density as this device knew them last.
// Modules read what it decided from the attributes of <html>; nothing secret is kept in localStorage.
;(() => {
  const root = document.documentElement
  const kept = (name: string) => {
    try {
      return localStorage.getItem(`crm.${name}`)
    } catch {
      return null
    }
  }
  const locale = (wanted: readonly string[]) => {
    for (const tag of wanted) {
      if (/^zh\b.*\b(tw|hk|mo|hant)\b/i.test(tag)) return 'zh-TW'
      if (/^zh\b/i.test(tag)) return 'zh-CN'
      if (/^en\b/i.test(tag)) return 'en'
    }
    return 'en'
  }
  const scheme = kept('scheme')
  const dark = scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  root.setAttribute('data-density', kept('density') ?? 'comfortable')
  const language = locale([kept('locale') ?? '', ...navigator.languages].filter(Boolean))
  root.lang = language
  const words = document.currentScript?.getAttribute(`data-words-${language.toLowerCase()}`)
  if (words) document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href: words }))
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#111312' : '#f6f6f3')
})()
