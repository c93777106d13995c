import s from './keys.module.css'

/** Caps of a keyboard. */
export const Keys = ({ caps }: { caps: readonly string[] }) => (
  <span className={s.keys}>
    {caps.map((cap, n) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the same cap may come twice
      <kbd key={n}>{cap}</kbd>
    ))}
  </span>
)
