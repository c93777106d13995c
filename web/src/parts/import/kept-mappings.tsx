import { useState } from 'react'
import { useObject } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { FormDialog } from '../settings/form-dialog'
import { useAll, useSave } from '../settings/use-save'
import type { Mapping } from './mapping'

const PATH = '/imports/mappings'
export interface KeptMapping {
  id: string
  name: string
}

/** Those that were kept for the next file of the same shape. */
export const useKeptMappings = (): KeptMapping[] =>
  useAll<KeptMapping>('import_mapping', PATH, { archived: false, sort: 'name', names: undefined }).data?.items ?? []

/** Keeps the mapping under a name; under that of the one it came from, in its place. */
export function KeepMapping({ mapping, kept, onKept }: { mapping: Mapping; kept?: KeptMapping; onKept(id: string): void }) {
  const { t } = useTranslation()
  const [name, setName] = useState<string>()
  const { save, busy, errors, problem } = useSave('import_mapping', ['name'])
  if (!useObject('import_mapping')?.create?.allowed) return null
  async function keep() {
    const given = name?.trim() ?? ''
    const body = { name: given, mapping: JSON.stringify(mapping) }
    const told = t('import.isKept')
    const done = kept?.name === given ? await save('PATCH', `${PATH}/${kept.id}`, body, told) : await save('POST', PATH, body, told)
    if (!done) return
    setName(undefined)
    onKept(done.id)
  }
  return (
    <>
      <Button look="quiet" onClick={() => setName(kept?.name ?? mapping.name)}>
        {t('import.keep')}
      </Button>
      {name !== undefined && (
        <FormDialog
          title={t('import.keep')}
          problem={problem}
          busy={busy}
          written={name}
          disabled={!name.trim()}
          onSend={() => void keep()}
          onClose={() => setName(undefined)}
        >
          <TextField
            label={t('import.keptName')}
            description={t('import.keepText')}
            value={name}
            maxLength={200}
            data-autofocus
            error={errors.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </FormDialog>
      )}
    </>
  )
}
