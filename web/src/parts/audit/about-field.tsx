import { useState } from 'react'
import { useFound } from '../../app/palette/found'
import { UNTITLED } from '../../meta/fields/found'
import { useTypes } from '../../meta/use-types'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { type Asked, useLog } from './answers'

/** A record of any type, found by typing. One that came with the address has the title that the found events give it. */
export function AboutField({ asked, onChange }: { asked: Asked; onChange(id: string | null): void }) {
  const { t } = useTranslation()
  const types = useTypes()
  const [text, setText] = useState('')
  const { records } = useFound(text === UNTITLED ? '' : text)
  const { data } = useLog(asked)
  const { about } = asked
  const named = data?.pages.flatMap(({ items }) => items).find(({ record }) => record?.id === about)?.record
  const offered = records.map(({ id, type, title }) => ({ value: id, label: `${title} · ${types.type(type)?.label ?? type}` }))
  const chosen = about && !offered.some(({ value }) => value === about) ? [{ value: about, label: named?.title || UNTITLED }] : []
  return (
    <SelectField
      label={t('audit.about')}
      placeholder={t('audit.everything')}
      data={[...chosen, ...offered]}
      value={about ?? null}
      onChange={onChange}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      searchable
      clearable
    />
  )
}
