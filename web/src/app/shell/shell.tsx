import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { startLive } from '../../data/live'
import { Timed } from '../../data/moment'
import { useTypes } from '../../meta/use-types'
import { Banner } from '../../parts/offline/banner'
import { Sandbox } from '../../parts/offline/sandbox'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { warm } from '../../ui/later'
import { Bones } from '../../ui/skeleton'
import { Toasts } from '../../ui/toast'
import { useTranslation, withOffice } from '../../words'
import { loadPreferences, singleKeys } from '../preferences'
import { queries } from '../queries'
import { currentSession, needsFactor, useSession } from '../session'
import { listenToKeys } from '../shortcuts'
import { BottomBar } from './bottom-bar'
import { useShellActions } from './go'
import { overlays, useOverlay } from './overlays'
import { useRecents } from './recents'
import s from './shell.module.css'
import { Sidebar } from './sidebar'

const palette = () => import('../palette/palette')
const Palette = lazy(palette)
const ShortcutSheet = lazy(() => import('../palette/shortcut-sheet'))
const Clashes = lazy(() => import('../../parts/clash/clash-dialog'))
const Leave = lazy(() => import('./leave'))
const More = lazy(() => import('./more'))
const FirstSteps = lazy(() => import('../../parts/start/first-steps'))
const Tour = lazy(() => import('../../parts/start/tour'))
const FactorGate = lazy(() => withOffice(import('../../pages/second-factor')))
const HelpDrawer = lazy(() => import('../../parts/help/help-drawer'))

export function Shell() {
  const { t } = useTranslation()
  const session = useSession()
  const go = useNavigate()
  const href = useRouterState({ select: (state) => state.location.href })
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the session leads away
  useEffect(() => {
    if (session.state === 'in') void loadPreferences().catch(() => undefined)
    if (session.state === 'out') void go({ to: '/sign-in', search: href === '/' ? {} : { to: href }, replace: true })
  }, [session.state])
  useEffect(() => listenToKeys(singleKeys), [])
  const [gated, setGated] = useState(false)
  if (session.state === 'asking') return <NotYet />
  if (session.state !== 'in') return null
  if (needsFactor(session.me) && !gated) setGated(true) // and so it stays until they have seen their recovery codes
  if (gated)
    return (
      <>
        <Suspense>
          <FactorGate onDone={() => setGated(false)} />
        </Suspense>
        <Toasts />
      </>
    )
  return (
    <Timed>
      <Suspense fallback={<Frame />}>
        <a className={s.skip} href="#content">
          {t('nav.skip')}
        </a>
        <Signed />
      </Suspense>
      <Toasts />
      <Suspense>
        <Overlays />
        <Clashes />
      </Suspense>
    </Timed>
  )
}

function Signed() {
  const types = useTypes()
  useShellActions(types)
  useRecents()
  useEffect(() => {
    const timer = setTimeout(() => void warm().then(palette), 1500)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    const left = new AbortController()
    const now = currentSession()
    startLive(queries, left.signal, now.state === 'in' ? now.me.position : undefined)
    return () => left.abort()
  }, [])
  return (
    <div className={s.shell}>
      <Sidebar types={types} />
      <main id="content" className={s.main} tabIndex={-1}>
        {types.sandbox && <Sandbox asOf={types.sandbox} />}
        <Banner />
        <Suspense fallback={<Waiting />}>
          <Outlet />
        </Suspense>
      </main>
      <BottomBar types={types} />
    </div>
  )
}

function Overlays() {
  const shown = useOverlay()
  if (shown === 'palette') return <Palette onClose={overlays.close} />
  if (shown === 'shortcuts') return <ShortcutSheet onClose={overlays.close} />
  if (shown === 'more') return <More onClose={overlays.close} />
  if (shown === 'leave') return <Leave onClose={overlays.close} />
  if (shown === 'start') return <FirstSteps onClose={overlays.close} onTour={() => overlays.open('tour')} />
  if (shown === 'tour') return <Tour onEnd={overlays.close} />
  if (shown === 'help') return <HelpDrawer open onClose={overlays.close} />
  return null
}

/** The suite did not say who this is. It is asked again where it is on its way, or by the person. */
const NotYet = () => {
  const { t } = useTranslation()
  const retry = (
    <Button look="primary" onClick={() => location.reload()}>
      {t('common.retry')}
    </Button>
  )
  return <Empty title={t('common.failed')} text={t('common.failedText')} action={retry} />
}

const Waiting = () => <Bones label={useTranslation().t('common.loading')} />

/** The frame while the record types are on their way: nothing jumps when they come. */
const Frame = () => (
  <div className={s.shell}>
    <div className={s.aside} />
    <main className={s.main}>
      <Waiting />
    </main>
  </div>
)
