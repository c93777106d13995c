import { useSyncExternalStore } from 'react'

const phone = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 760px)')
const subscribe = (listener: () => void) => {
  phone?.addEventListener('change', listener)
  return () => phone?.removeEventListener('change', listener)
}
/** Below 761 px pages take their own layout. */
export const usePhone = (): boolean => useSyncExternalStore(subscribe, () => phone?.matches ?? false)
export const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)
