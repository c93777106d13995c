import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { FormDialog } from './form-dialog'
import { GateFields } from './gate-fields'
import { Meanwhile } from './meanwhile'
import s from './settings.module.css'
import { freeKey, type Gate, isGate, NO_GATE, type Pipeline, type Stage } from './stages'
import { same, useDraft } from './use-draft'
import { useSave } from './use-save'

const ASKED = ['key', 'zh', 'en', 'titles', 'probability', 'gate']
const LABELS: Record<string, string> = {
  zh: 'settings.zh',
  en: 'settings.en',
  tw: 'settings.zhTw',
  probability: 'settings.pipelines.probability',
  gate: 'settings.pipelines.gate',
}
type Content = { zh: string; en: string; tw: string; probability: string; gate: Gate }
const contentOf = (stage?: Stage): Content => ({
  zh: stage?.zh ?? '',
  en: stage?.en ?? '',
  tw: stage?.titles?.['zh-TW'] ?? '',
  probability: String(stage?.probability ?? 50),
  gate: stage?.gate ?? NO_GATE,
})

/** A stage: its names, how likely a deal in it is won, and what a deal needs to enter it. */
export function StageForm({ pipeline, stage, onClose }: { pipeline: Pipeline; stage?: Stage; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, errors, problem } = useSave('pipeline', ASKED)
  const { before, version, now, setNow, meanwhile } = useDraft<Content>(contentOf(stage), pipeline.version)
  const { gate } = now
  const at = `/sales/pipelines/${pipeline.id}`
  const told = t('settings.saved')
  async function keep() {
    const named = {
      zh: now.zh || now.en,
      en: now.en || now.zh,
      titles: now.tw ? { ...stage?.titles, 'zh-TW': now.tw } : {},
      probability: Number(now.probability),
    }
    const next = isGate(gate) ? gate : null
    if (!stage) {
      const key = freeKey(
        now.en,
        pipeline.stages.map((one) => one.key),
      )
      if (await save('POST', `${at}/stages`, { key, ...named, gate: next }, told)) onClose()
      return
    }
    const { key } = stage
    const renamed = await save('POST', `${at}/rename-stage`, { key, ...named }, told, version)
    if (!renamed) return
    if (same(gate, before.gate) || (await save('POST', `${at}/gate`, { key, gate: next }, told, renamed.version))) onClose()
  }
  async function retire() {
    if (await save('POST', `${at}/retire-stage`, { key: stage?.key }, t('settings.pipelines.retired'))) onClose()
  }
  return (
    <FormDialog
      title={t(stage ? 'settings.pipelines.stage' : 'settings.pipelines.addStage')}
      problem={problem || errors.key || errors.gate || ''}
      busy={busy}
      written={now}
      before={before}
      disabled={!now.zh && !now.en}
      onSend={() => void keep()}
      onClose={onClose}
    >
      <div className={s.three}>
        <TextField
          label={t('settings.zh')}
          value={now.zh}
          error={errors.zh}
          onChange={(event) => setNow({ ...now, zh: event.currentTarget.value })}
          data-autofocus
        />
        <TextField
          label={t('settings.zhTw')}
          value={now.tw}
          error={errors.titles}
          onChange={(event) => setNow({ ...now, tw: event.currentTarget.value })}
        />
        <TextField
          label={t('settings.en')}
          value={now.en}
          error={errors.en}
          onChange={(event) => setNow({ ...now, en: event.currentTarget.value })}
        />
      </div>
      <TextField
        type="number"
        min={0}
        max={100}
        label={t('settings.pipelines.probability')}
        value={now.probability}
        error={errors.probability}
        onChange={(event) => setNow({ ...now, probability: event.currentTarget.value })}
      />
      <GateFields gate={gate} onChange={(next) => setNow({ ...now, gate: next })} />
      <Meanwhile
        moved={stage ? meanwhile : []}
        label={(field) => t(LABELS[field] ?? '')}
        text={(field, value) => (field === 'gate' ? t(isGate(value as Gate) ? 'common.yes' : 'common.no') : String(value ?? ''))}
      />
      {stage && (
        <div>
          <Button small look="danger" busy={busy} onClick={() => void retire()}>
            {t('settings.pipelines.retire')}
          </Button>
        </div>
      )}
    </FormDialog>
  )
}
