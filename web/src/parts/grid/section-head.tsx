import { IconChevronRight } from '@tabler/icons-react'
import { number } from '../../ui/format'
import s from './grid.module.css'
import type { Section } from './layout'

interface Props {
  section: Section
  open: boolean
  top: number
  onToggle(): void
}

/** The heading of a group: what its rows have in common, how many they are, what they add up to. */
export const SectionHead = ({ section, open, top, onToggle }: Props) => (
  <div role="row" tabIndex={-1} className={s.section} style={{ transform: `translateY(${top}px)` }}>
    <span role="gridcell">
      <button type="button" aria-expanded={open} onClick={onToggle}>
        <IconChevronRight size={14} stroke={2} aria-hidden />
        {section.title}
      </button>
    </span>
    <span role="gridcell" className="num">
      {number(section.count)}
    </span>
    {section.sums && (
      <span role="gridcell" className="num">
        {section.sums}
      </span>
    )}
  </div>
)
