/** At most so many at a time, in order; who gives up leaves the queue. */
export function turns(most: number): <T>(signal: AbortSignal, act: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let taken = 0
  const next = () => {
    if (taken >= most) return
    const first = waiting.shift()
    if (first === undefined) return
    taken += 1
    first()
  }
  return async (signal, act) => {
    await new Promise<void>((resolve, reject) => {
      waiting.push(resolve)
      signal.addEventListener('abort', () => {
        const at = waiting.indexOf(resolve)
        if (at < 0) return
        waiting.splice(at, 1)
        reject(signal.reason)
      })
      next()
    })
    try {
      return await act()
    } finally {
      taken -= 1
      next()
    }
  }
}
