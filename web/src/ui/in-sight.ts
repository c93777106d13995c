import { type RefObject, useEffect, useRef, useState } from 'react'

/** True from when an element is first in sight, or about to be: what it shows is asked for then. */
export function useInSight<E extends Element>(): [RefObject<E | null>, boolean] {
  const ref = useRef<E>(null)
  const [inSight, setInSight] = useState(false)
  useEffect(() => {
    const watched = ref.current
    if (inSight || !watched) return
    const watch = new IntersectionObserver((seen) => setInSight(seen.some((one) => one.isIntersecting)), { rootMargin: '200px' })
    watch.observe(watched)
    return () => watch.disconnect()
  }, [inSight])
  return [ref, inSight]
}
