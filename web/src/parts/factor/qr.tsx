import { encode } from 'uqr'
import s from './factor.module.css'

const QUIET = 4 // modules of white on each side, without which cameras do not find it

/** A QR code as one path, black on white in either scheme: cameras read no other. */
export default function Qr({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} className={s.qr} shapeRendering="crispEdges">
      <path d={`M0 0h${size}v${size}H0z`} fill="#fff" />
      <path d={pathOf(data)} fill="#000" />
    </svg>
  )
}

/** Dark modules of a row that touch are one rectangle. */
export function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) => {
      const runs: string[] = []
      for (let x = 0; x < row.length; x += 1) {
        if (!row[x]) continue
        const from = x
        while (row[x + 1]) x += 1
        runs.push(`M${from} ${y}h${x - from + 1}v1h-${x - from + 1}z`)
      }
      return runs
    })
    .join('')
}
