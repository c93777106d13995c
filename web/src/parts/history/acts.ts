import type { HistoryEntry, TimelineItem } from '../../data/records'
import type { Undo } from '../../data/undo'

const isOne = (one?: HistoryEntry, other?: HistoryEntry) => Boolean(one?.command) && one?.command === other?.command

/** Entries of one command stand together: a move through a gate that asked for three fields is one act. Newest first, as they come. */
export function actsOf(entries: readonly HistoryEntry[]): HistoryEntry[][] {
  const acts: HistoryEntry[][] = []
  for (const entry of entries) {
    const last = acts.at(-1)
    if (last && isOne(last[0], entry)) last.push(entry)
    else acts.push([entry])
  }
  return acts
}

/** An act as one entry: each field from what it was before the first to what it is after the last. */
export function foldOf(act: readonly HistoryEntry[]): HistoryEntry {
  const [newest, oldest] = [act[0] as HistoryEntry, act.at(-1) as HistoryEntry]
  if (newest === oldest) return newest
  const changes: HistoryEntry['changes'] = {}
  for (const entry of act.toReversed())
    for (const [name, change] of Object.entries(entry.changes)) changes[name] = { ...change, from: (changes[name] ?? change).from }
  const undo = undoOf(act) as HistoryEntry['undo']
  const undo_reason = undo ? undefined : act.find((entry) => entry.undo_reason)?.undo_reason // of the part that has none
  return { ...newest, version: oldest.version === 1 ? 1 : newest.version, changes, undo, undo_reason }
}

/** The way back from all of it at once, where each of its entries has one of the same kind; of what made the record, that of its first. */
function undoOf(act: readonly HistoryEntry[]): Undo | null {
  const oldest = act.at(-1)
  if (oldest?.version === 1) return (oldest.undo as Undo | undefined) ?? null
  const ways = act.map((entry) => entry.undo as Undo | null | undefined)
  const [first] = ways
  const alike = ways.every((way) => way && way.path === first?.path && typeof (way.body as { version?: unknown })?.version === 'number')
  return first && alike ? { ...first, body: { ...(first.body as object), first: oldest?.version } } : null
}

/** The same among what else was done about a record. */
export function foldItems(items: readonly TimelineItem[]): TimelineItem[] {
  const found: { item: TimelineItem; act: HistoryEntry[] }[] = []
  for (const item of items) {
    const last = found.at(-1)
    if (last && isOne(last.act[0], item.change)) last.act.push(item.change as HistoryEntry)
    else found.push({ item, act: item.change ? [item.change] : [] })
  }
  return found.map(({ item, act }) => (act.length > 1 ? { ...item, change: foldOf(act) } : item))
}
