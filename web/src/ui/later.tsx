import { type ComponentType, lazy, type ReactNode, Suspense } from 'react'
import s from './later.module.css'
import { Bone } from './skeleton'

type Loader<P> = () => Promise<{ default: ComponentType<P> }>
const loaders: (() => Promise<unknown>)[] = []

/** A component whose code comes after the first paint. `meanwhile` stands in its place until then. */
export function later<P extends object>(load: Loader<P>, meanwhile: (props: P) => ReactNode = () => null): (props: P) => ReactNode {
  loaders.push(load)
  const Loaded = lazy(load) as unknown as ComponentType<P>
  return (props: P) => (
    <Suspense fallback={meanwhile(props)}>
      <Loaded {...props} />
    </Suspense>
  )
}

/** Fetches what was left for later, one after the other, once there is nothing else to do. */
export async function warm(): Promise<void> {
  for (const load of loaders) await load().catch(() => undefined)
}

/** An input that is on its way: of the same height, so that nothing jumps. */
export const inputBone = ({ label }: { label?: ReactNode }): ReactNode => (
  <div className={s.input}>
    {label && <span>{label}</span>}
    <div>
      <Bone />
    </div>
  </div>
)
