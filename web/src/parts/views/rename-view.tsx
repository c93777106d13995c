import { type FormEvent, useState } from 'react'
import { isProblem } from '../../api/problem'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import type { SavedView } from './model'
import s from './views.module.css'

interface Props {
  view: SavedView
  onName(name: string): Promise<void>
  onClose(): void
}

/** Another name for a view; what it shows stays. */
export function RenameView({ view, onName, onClose }: Props) {
  const { t } = useTranslation()
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    try {
      await onName(String(new FormData(event.currentTarget).get('name')).trim())
      onClose()
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error.errors[0]?.message ?? (error.message || t('common.offlineText')))
      setBusy(false)
    }
  }
  return (
    <Dialog open onClose={onClose} title={t('list.renameView')} size={420}>
      <form onSubmit={(event) => void save(event)} className={s.form}>
        <TextField
          name="name"
          label={t('list.viewName')}
          defaultValue={view.name}
          required
          withAsterisk={false}
          maxLength={200}
          data-autofocus
          error={problem}
        />
        <Button type="submit" look="primary" busy={busy}>
          {t('common.save')}
        </Button>
      </form>
    </Dialog>
  )
}
