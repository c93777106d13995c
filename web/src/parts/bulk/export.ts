import { send } from '../../api/client'
import { isProblem, problemOf } from '../../api/problem'
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
  try {
    const labels = locale() === 'en' ? 'en' : 'zh'
    const asked = { ...queryOf(query, NOW), ...more, format, names: true, labels }
    const response = await send('GET', `${object.path}/export`, { query: asked, headers: { Accept: '*/*' } })
    if (!response.ok) throw await problemOf(response)
    save(await response.blob(), `${object.plural}.${format}`)
    toast({ kind: 'good', text: t('list.exported') })
  } catch (error) {
    if (!isProblem(error)) throw error
    toast({ kind: 'bad', text: error.message || t('common.offlineText') })
  } finally {
    close()
  }
}

export function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** A file of the server that wants the token, such as the failures of a bulk act. */
export async function download(path: string, name: string): Promise<void> {
  const response = await send('GET', path, { headers: { Accept: '*/*' } })
  if (response.ok) save(await response.blob(), name)
  else toast({ kind: 'bad', text: (await problemOf(response)).message })
}
