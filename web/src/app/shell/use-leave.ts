import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { isProblem } from '../../api/problem'
import { toast } from '../../ui/toast'
import { t } from '../../words'
import { signOut } from '../session'
import { overlays } from './overlays'

/** Signs out; what is not sent yet is asked about first, unless the person would lose it. */
export function useLeave(): (lose?: boolean) => Promise<void> {
  const go = useNavigate()
  return useCallback(
    async (lose = false) => {
      try {
        if ((await signOut(lose)) > 0) return overlays.open('leave')
        overlays.close()
        await go({ to: '/sign-in' })
      } catch (error) {
        if (!isProblem(error)) throw error
        toast({ kind: 'bad', text: error.message || t('common.offlineText') })
      }
    },
    [go],
  )
}
