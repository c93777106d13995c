/** `Mozilla/5.0 (X11; Linux …) Chrome/…` → Chrome · Linux. */
export function deviceName(agent: string): string {
  const browser = /Edg|OPR|Firefox|Chrome|Safari|curl|python/i.exec(agent.replace('HeadlessChrome', 'Chrome'))?.[0] ?? ''
  const system = /iPhone|iPad|Android|Windows|Mac OS X|Linux/.exec(agent)?.[0] ?? ''
  const named: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' }
  return [browser, system]
    .filter(Boolean)
    .map((name) => named[name] ?? name)
    .join(' · ')
}
