import { download } from '../../data/files'
import { type ListQuery, NOW, queryOf } from '../../data/keys'
import type { ObjectDescription } from '../../meta/describe'
import { toast } from '../../ui/toast'
import { locale, t } from '../../words'

/** The list as a file: what its filters find, with its columns, under their names in the language of the page. */
export async function downloadList(
  object: ObjectDescription,
  query: ListQuery,
  format: 'csv' | 'xlsx',
  more: Record<string, string> = {},
): Promise<void> {
  const close = toast({ text: t('list.exporting') })
  const labels = locale() === 'en' ? 'en' : 'zh'
  const asked = { ...queryOf(query, NOW), ...more, format, names: true, labels }
  try {
    const done = await download(`${object.path}/export`, `${object.plural}.${format}`, asked)
    if (done) toast({ kind: 'good', text: t('list.exported') })
  } finally {
    close()
  }
}
