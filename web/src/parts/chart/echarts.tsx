import { BarChart, FunnelChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useScheme } from '../../ui/scheme'
import s from './chart.module.css'
import { allowEmptyHtml } from './trusted'

allowEmptyHtml()
use([BarChart, FunnelChart, LineChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer])

export interface Bar {
  name: string
  value: number
  before?: number
  /** As people read it. */
  text: string
}
export interface ChartProps {
  kind: 'bars' | 'rows' | 'funnel'
  bars: Bar[]
  label: string
  compact(value: number): string
  onPick?(index: number): void
}

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const LONG = 14
const FEW = 5 // names that find room on a telephone, too
const ROOM = 60 // px: a bar's part of the width that its figure needs
const short = (name: string) => (name.length > LONG ? `${name.slice(0, LONG - 1)}…` : name)

/** Whether each standing bar has room for its figure: twelve of them have none on a telephone. */
const hasRoom = (bars: Bar[], width: number): boolean => width >= bars.length * ROOM

/** width: of the chart, px. */
export function options({ kind, bars, compact, label }: ChartProps, width: number): EChartsCoreOption {
  const ink = { color: token('--ink-2'), fontFamily: token('--font'), fontSize: 12 }
  const accent = token('--accent')
  const base = {
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 200,
    aria: { enabled: true, label: { description: label } },
    textStyle: ink,
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: token('--raised'),
      borderColor: token('--line'),
      textStyle: { ...ink, color: token('--ink') },
      formatter: (one: { dataIndex: number }) => `${bars[one.dataIndex]?.name ?? ''}  ${bars[one.dataIndex]?.text ?? ''}`,
    },
  }
  if (kind === 'funnel') {
    const data = bars.map(({ name, value, text }) => ({ name, value, label: { formatter: `${name}  ${text}` } }))
    const shade = (n: number) => Math.round(255 * (1 - (0.6 * n) / Math.max(1, bars.length - 1))) // the token is #rrggbb
    const shades = bars.map((_, n) => ({ itemStyle: { color: `${accent}${shade(n).toString(16).padStart(2, '0')}`, borderWidth: 0 } }))
    const look = { position: 'right', color: token('--ink'), fontSize: 12.5 }
    return {
      ...base,
      series: [
        {
          type: 'funnel',
          sort: 'none',
          gap: 3,
          left: '14%',
          width: '46%',
          minSize: '10%',
          top: 8,
          bottom: 8,
          label: look,
          labelLine: { show: false },
          data: data.map((one, n) => ({ ...one, ...shades[n] })),
        },
      ],
    }
  }
  const rows = kind === 'rows'
  const names = {
    type: 'category',
    data: bars.map((bar) => short(bar.name)),
    inverse: rows,
    axisTick: { show: false },
    axisLine: { show: !rows, lineStyle: { color: token('--line-strong') } },
    axisLabel: { ...ink, interval: rows || bars.length <= FEW ? 0 : 'auto' },
  }
  const values = {
    type: 'value',
    show: !rows,
    splitNumber: 3,
    minInterval: 1, // figures are written whole: parts of one would stand there as the same number twice
    splitLine: { lineStyle: { color: token('--line') } },
    axisLabel: { ...ink, color: token('--ink-3'), formatter: compact },
  }
  const widest = bars.length <= FEW ? 56 : 36
  const series = (data: (number | undefined)[], color: string, labelled: boolean) => ({
    type: 'bar',
    data,
    barMaxWidth: rows ? 16 : widest,
    barGap: '10%',
    itemStyle: { color, borderRadius: rows ? [0, 3, 3, 0] : [3, 3, 0, 0] },
    label: {
      show: labelled && (rows || hasRoom(bars, width)),
      position: rows ? 'right' : 'top',
      ...ink,
      formatter: (one: { dataIndex: number }) => (rows || bars[one.dataIndex]?.value ? (bars[one.dataIndex]?.text ?? '') : ''),
    },
  })
  const before = bars.some((bar) => bar.before !== undefined)
  return {
    ...base,
    grid: { left: 4, right: rows ? 76 : 8, top: rows ? 12 : 24, bottom: 4, containLabel: true },
    xAxis: rows ? values : names,
    yAxis: rows ? names : values,
    series: [
      ...(before
        ? [
            series(
              bars.map((bar) => bar.before),
              token('--line-strong'),
              false,
            ),
          ]
        : []),
      series(
        bars.map((bar) => bar.value),
        accent,
        true,
      ),
    ],
  }
}

/** A chart drawn as SVG: sharp, and clean under the content security policy. Its table holds the same for everybody. */
export default function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const picked = useRef(props.onPick)
  picked.current = props.onPick
  const scheme = useScheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the colours that options reads
  useEffect(() => {
    if (box.current === null) return
    const chart = init(box.current, null, { renderer: 'svg' })
    let width = box.current.clientWidth
    chart.setOption(options(props, width))
    chart.on('click', (event) => picked.current?.(event.dataIndex))
    const watch = new ResizeObserver(([seen]) => {
      const now = seen?.contentRect.width ?? width
      chart.resize()
      if (hasRoom(props.bars, now) !== hasRoom(props.bars, width)) chart.setOption(options(props, now))
      width = now
    })
    watch.observe(box.current)
    return () => {
      watch.disconnect()
      chart.dispose()
    }
  }, [props.kind, props.bars, props.label, scheme])
  return <div ref={box} className={s.chart} data-pick={props.onPick ? true : undefined} />
}
