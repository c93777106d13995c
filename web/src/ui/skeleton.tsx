import s from './skeleton.module.css'

/** A bone where text will stand. Widths differ by `seed`, so that rows do not look like bars. */
export const Bone = ({ seed = 0, wide }: { seed?: number; wide?: boolean }) => (
  <span className={s.bone} style={{ width: wide ? '100%' : `${42 + ((seed * 37) % 40)}%` }} aria-hidden />
)

export const Bones = ({ rows = 6, label }: { rows?: number; label: string }) => (
  <div className={s.bones} role="status" aria-label={label}>
    {Array.from({ length: rows }, (_, n) => n).map((n) => (
      <Bone key={n} seed={n} />
    ))}
  </div>
)
