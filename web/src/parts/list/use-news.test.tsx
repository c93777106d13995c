import { act, useState } from 'react'
import { expect, test } from 'vitest'
import type { News } from '../../data/list-news'
import { play } from '../../test/stage'
import type { Section } from '../grid/layout'
import { useHeldSections } from './use-news'

const QUERY = {}
const quiet: News = { fresh: 0, marks: new Map(), docs: new Map(), many: false, held: false, touched: false, since: 0 }
const sections = (afloat: number, sums: string): Section[] => [{ id: 'afloat', count: afloat, sums }]

test('headings stay while something is told, sums go on, and counts that grow for no known row wait', async () => {
  let show: (live: Section[], news: Partial<News>) => void = () => undefined
  const box = await play(() => {
    const [{ live, news }, set] = useState({ live: sections(2, '¥1'), news: quiet })
    show = (now, more) => set({ live: now, news: { ...quiet, ...more } })
    const held = useHeldSections({ sections: live, readAt: 1 }, news, QUERY)
    return <p>{JSON.stringify([held.sections[0]?.count, held.sections[0]?.sums, held.behind])}</p>
  }, '/o/boat')
  const shown = async (live: Section[], news: Partial<News>) => {
    await act(async () => show(live, news))
    return JSON.parse(box.querySelector('p')?.textContent ?? '')
  }
  expect(await shown(sections(3, '¥2'), { held: true, touched: true, fresh: 1 })).toEqual([2, '¥2', false])
  expect(await shown(sections(3, '¥3'), { touched: true })).toEqual([2, '¥3', true])
  expect(await shown(sections(1, '¥1'), { touched: true })).toEqual([1, '¥1', false])
  expect(await shown(sections(4, '¥4'), { since: 2 })).toEqual([4, '¥4', false])
})
