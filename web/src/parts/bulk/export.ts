import { download } from '../../data/files'
import { type ListQuery, type Moment, queryOf } from '../../data/keys'
import type { ObjectDescription } from '../../meta/describe'
import { toast } from '../../ui/toast'
import { locale, t } from '../../words'

/** What the file is called: a list of the past says in its name when it was so, and by what was known when. */
export function fileOf(plural: string, { at, known }: Moment, format: 'csv' | 'xlsx'): string {
  const parts = [plural, at, known && `${t('time.known')} ${known}`].filter(Boolean)
  return `${parts.join(' ').replace(/[:/\\]/g, '-')}.${format}` // what no system takes in a name
}

/** The list as a file, as of the moment that one looks at: what its filters find, with its columns, under their names in the language of the page. */
export async function downloadList(
  object: ObjectDescription,
  query: ListQuery,
  moment: Moment,
  format: 'csv' | 'xlsx',
  more: Record<string, string> = {},
): Promise<void> {
  const close = toast({ text: t('list.exporting') })
  const asked = { ...queryOf(query, moment), ...more, format, names: true, labels: locale() }
  try {
    const done = await download(`${object.path}/export`, fileOf(object.plural, moment, format), asked)
    if (done) toast({ kind: 'good', text: t('list.exported') })
  } finally {
    close()
  }
}
