import { init } from 'echarts/core'
import { expect, test } from 'vitest'
import { money } from '../../ui/format'
import { options } from './echarts'
import { byOf } from './written'

/** The words of a chart, without the names of its bars. */
function ticks(figures: number[], text = '', width = 600): string[] {
  const compact = (value: number) => money(value, 'CNY', true)
  const bars = figures.map((value, n) => ({ name: `m${n}`, value, text: text && `${text}${n}` }))
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: 240 })
  chart.setOption({ ...options({ kind: 'bars', bars, label: 'Revenue', compact }, width), animation: false })
  const words = [...chart.renderToSVGString().matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, word]) => word as string)
  chart.dispose()
  return words.filter((word) => !word.startsWith('m'))
}

test.each([[[0, 0, 0]], [[1, 2, 0]], [[120_000, 45_000, 0]]])('the axis of %s says each figure once', (figures) => {
  const said = ticks(figures)
  expect(said.length).toBeGreaterThan(1)
  expect(new Set(said).size).toBe(said.length)
})

test('a bar bears its figure, as far as there is room', () => {
  expect(ticks([7, 0, 9], 'of ').filter((word) => word.startsWith('of'))).toEqual(['of 0', 'of 2']) // nothing is no figure to look at
  const months = Array.from({ length: 12 }, () => 5)
  const on = (width: number) => ticks(months, 'a million of ', width).filter((word) => word.startsWith('a million')).length
  expect(on(1200)).toBe(12)
  expect(on(300)).toBe(0)
})

test('a title says by what, unless it has said so', () => {
  expect(byOf('Open pipeline', 'Stage')).toBe('stage')
  expect(byOf('Loss reasons', 'Loss reason')).toBe('')
  expect(byOf('输单原因', '输单原因')).toBe('')
  expect(byOf('Revenue won', 'SKU')).toBe('SKU')
})
