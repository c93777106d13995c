import { init } from 'echarts/core'
import { expect, test } from 'vitest'
import { money } from '../../ui/format'
import { options } from './echarts'

/** The words of a chart's axis of figures. */
function ticks(figures: number[]): string[] {
  const compact = (value: number) => money(value, 'CNY', true)
  const bars = figures.map((value, n) => ({ name: `m${n}`, value, text: '' }))
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 600, height: 240 })
  chart.setOption({ ...options({ kind: 'bars', bars, label: 'Revenue', compact }), animation: false })
  const words = [...chart.renderToSVGString().matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, word]) => word as string)
  chart.dispose()
  return words.filter((word) => !word.startsWith('m'))
}

test.each([[[0, 0, 0]], [[1, 2, 0]], [[120_000, 45_000, 0]]])('the axis of %s says each figure once', (figures) => {
  const said = ticks(figures)
  expect(said.length).toBeGreaterThan(1)
  expect(new Set(said).size).toBe(said.length)
})
