const SOON_MS = 100

/**
 * Does it when the page rests after the frame that shows what people wait for, soon in any case. A page that nobody sees
 * has no frames.
 */
export function afterPaint(act: () => void): void {
  if (document.visibilityState === 'hidden') {
    setTimeout(act)
    return
  }
  const rest = () => ('requestIdleCallback' in window ? requestIdleCallback(act, { timeout: SOON_MS }) : setTimeout(act))
  requestAnimationFrame(() => requestAnimationFrame(rest))
}
