import { useState } from 'react'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { FormDialog } from './form-dialog'
import { useSave } from './use-save'

/** It begins with one stage; the designer adds the others. */
export function NewPipeline({ onClose, onMade }: { onClose(): void; onMade(id: string): void }) {
  const { t } = useTranslation()
  const { save, busy, errors, problem } = useSave('pipeline', ['name'])
  const [name, setName] = useState('')
  async function make() {
    const first = { key: 'prospecting', zh: '初步接洽', en: 'Prospecting', titles: { 'zh-TW': '初步接洽' }, probability: 10 }
    const done = await save('POST', '/sales/pipelines', { name, stages: [first] }, t('settings.saved'))
    if (done) onMade(done.id)
  }
  return (
    <FormDialog
      title={t('settings.pipelines.new')}
      problem={problem}
      busy={busy}
      written={name}
      disabled={!name.trim()}
      send={t('common.add')}
      onSend={() => void make()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.pipelines.name')}
        value={name}
        error={errors.name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  )
}
