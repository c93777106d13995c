import { lazy, Suspense, useState } from 'react'
import { Waiting } from '../../parts/offline/waiting'
import { PipelineDesigner } from '../../parts/settings/pipeline-designer'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import type { Pipeline } from '../../parts/settings/stages'
import { useAll } from '../../parts/settings/use-save'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'

const NewPipeline = lazy(async () => ({ default: (await import('../../parts/settings/new-pipeline')).NewPipeline }))

export default function Pipelines() {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<string>()
  const [making, setMaking] = useState(false)
  const asked = useAll<Pipeline>('pipeline', '/sales/pipelines')
  const all = [...(asked.data?.items ?? [])].sort((a, b) => Number(b.default) - Number(a.default))
  const pipeline = all.find((one) => one.id === chosen) ?? all[0]
  return (
    <SettingsPage
      title={t('settings.pages.pipelines')}
      lead={t('settings.pipelines.lead')}
      topic="pipelines"
      wide
      action={
        <Button look="primary" onClick={() => setMaking(true)}>
          {t('settings.pipelines.new')}
        </Button>
      }
    >
      <Waiting on={asked} rows={6} />
      {asked.data && !pipeline && <Empty title={t('settings.pipelines.none')} text={t('settings.pipelines.noneText')} ghost />}
      {pipeline && (
        <>
          <div className={s.bar}>
            <SelectField
              label={t('settings.pipelines.pipeline')}
              value={pipeline.id}
              allowDeselect={false}
              data={all.map((one) => ({
                value: one.id,
                label: one.default ? t('settings.pipelines.isDefault', { name: one.name }) : one.name,
              }))}
              onChange={(id) => setChosen(id ?? undefined)}
            />
          </div>
          <PipelineDesigner key={pipeline.id} pipeline={pipeline} />
        </>
      )}
      <Suspense>
        {making && (
          <NewPipeline
            onClose={() => setMaking(false)}
            onMade={(id) => {
              setMaking(false)
              setChosen(id)
            }}
          />
        )}
      </Suspense>
    </SettingsPage>
  )
}
