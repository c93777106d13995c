import type { Tree } from '../../app/search'

/** A group of rows: its heading, and how many there are. Without grouping there is one, without a heading. */
export interface Section {
  id: string
  title?: string
  count: number
  /** What its rows have in common. */
  tree?: Tree
  sums?: string
}
export type Line = { kind: 'head'; section: Section; open: boolean } | { kind: 'row'; section: Section; index: number }

export interface Layout {
  total: number
  /** What stands at a place of the scrolled list. */
  at(place: number): Line | undefined
  /** The first place of a section's rows. */
  placeOf(section: string, index: number): number
}

/** Sections one below the other; closed ones show their heading alone. Found by halving: 100,000 rows make no list of lines. */
export function layout(sections: readonly Section[], closed: ReadonlySet<string>): Layout {
  const starts: number[] = []
  let total = 0
  for (const section of sections) {
    starts.push(total)
    total += (section.title === undefined ? 0 : 1) + (closed.has(section.id) ? 0 : section.count)
  }
  const find = (place: number) => {
    let [low, high] = [0, sections.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= place) low = middle
      else high = middle - 1
    }
    return low
  }
  return {
    total,
    at: (place) => {
      if (place < 0 || place >= total) return undefined
      const n = find(place)
      const section = sections[n] as Section
      const offset = place - (starts[n] as number)
      if (section.title === undefined) return { kind: 'row', section, index: offset }
      return offset === 0 ? { kind: 'head', section, open: !closed.has(section.id) } : { kind: 'row', section, index: offset - 1 }
    },
    placeOf: (id, index) => {
      const n = sections.findIndex((section) => section.id === id)
      return n < 0 ? 0 : (starts[n] as number) + (sections[n]?.title === undefined ? 0 : 1) + index
    },
  }
}

/** A browser cannot make an element as high as it likes (Chromium 33.5 million px, Firefox 17.9): longer tracks are scaled. */
export const HIGHEST = 16_000_000
export const shownRows = (total: number, rowHeight: number): number => Math.min(total, Math.floor(HIGHEST / rowHeight))
