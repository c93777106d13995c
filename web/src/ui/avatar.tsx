import s from './avatar.module.css'

/** The tint follows from the id: a person keeps theirs on all screens. */
export const tint = (id: string): number => [...id].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 997, 7) % 8

export const Avatar = ({ id, name, size = 20 }: { id: string; name: string; size?: 20 | 26 | 36 }) => (
  <span className={s.face} data-size={size} data-tint={tint(id) + 1} aria-hidden>
    {[...name.trim()].slice(0, 1).join('').toUpperCase()}
  </span>
)
