import { type FormEvent, useState } from 'react'
import { isProblem } from '../../api/problem'
import { pin, viewPath } from '../../app/shell/pins'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField, Toggle } from '../../ui/field'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import type { SavedView, ViewContent } from './model'
import { useViewActs } from './saved'
import s from './views.module.css'

interface Props {
  type: string
  content: ViewContent
  /** The view that was changed, where it is the person's own. */
  view?: SavedView
  onSaved(id: string): void
}

/** Shown while a list differs from its view: save it there, or as another one. */
export function SaveView({ type, content, view, onSaved }: Props) {
  const { t } = useTranslation()
  const acts = useViewActs(type)
  const [naming, setNaming] = useState(false)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const [[shared, pinned], setFlags] = useState([false, true])

  const attempt = async (act: () => Promise<string>) => {
    setBusy(true)
    try {
      onSaved(await act())
      setNaming(false)
    } catch (error) {
      if (!isProblem(error)) throw error
      const said = error.errors[0]?.message ?? (error.message || t('common.offlineText'))
      if (naming) setProblem(said)
      else toast({ kind: 'bad', text: said })
    } finally {
      setBusy(false)
    }
  }
  const create = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name')).trim()
    void attempt(async () => {
      const id = await acts.create(content, { name, shared, pinned: false, default: false })
      if (pinned) await pin({ path: viewPath(type, id), title: name })
      return id
    })
  }
  return (
    <>
      {view && (
        <Button small look="quiet" busy={busy} onClick={() => void attempt(async () => (await acts.change(view, content)).id)}>
          {t('list.saveView')}
        </Button>
      )}
      <Button small look="quiet" onClick={() => setNaming(true)}>
        {t(view ? 'list.saveAs' : 'list.saveView')}
      </Button>
      <Dialog open={naming} onClose={() => setNaming(false)} title={t('list.newView')} size={420}>
        <form onSubmit={create} className={s.form}>
          <TextField name="name" label={t('list.viewName')} required withAsterisk={false} maxLength={200} data-autofocus error={problem} />
          <Toggle label={t('list.shareAll')} checked={shared} onChange={(on) => setFlags([on, pinned])} />
          <Toggle label={t('list.pin')} checked={pinned} onChange={(on) => setFlags([shared, on])} />
          <Button type="submit" look="primary" busy={busy}>
            {t('common.save')}
          </Button>
        </form>
      </Dialog>
    </>
  )
}
