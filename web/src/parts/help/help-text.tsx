import { IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { findTopics, helpTexts, type Topic } from '../../help/topics'
import { Empty } from '../../ui/empty'
import { SearchField } from '../../ui/field'
import { Bones } from '../../ui/skeleton'
import { type Locale, useTranslation } from '../../words'
import s from './help.module.css'

interface Props {
  /** The topic that is open. */
  topic?: Topic
  onChoose(topic: Topic): void
}

/** What the suite does, in people's words: one topic open, the others found by typing. */
export function HelpText({ topic, onChoose }: Props) {
  const { t, i18n } = useTranslation()
  const [query, setQuery] = useState('')
  const asked = useDeferredValue(query)
  const locale = i18n.language as Locale
  const { data: texts } = useQuery({ queryKey: ['help', locale], queryFn: () => helpTexts(locale), staleTime: Number.POSITIVE_INFINITY })
  if (!texts) return <Bones rows={6} label={t('common.loading')} />
  const found = findTopics(texts, asked)
  const open = asked ? undefined : topic
  return (
    <div className={s.help}>
      <SearchField label={t('help.search')} value={query} onChange={setQuery} />
      {open && (
        <article className={s.text}>
          <h2>{texts[open].title}</h2>
          {texts[open].text.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </article>
      )}
      {open && <h3 className={s.more}>{t('help.more')}</h3>}
      {found.length === 0 && <Empty title={t('common.nothingFound')} text={t('help.nothing')} />}
      <ul className={s.topics}>
        {found
          .filter((one) => one !== open)
          .map((one) => (
            <li key={one}>
              <button
                type="button"
                onClick={() => {
                  setQuery('')
                  onChoose(one)
                }}
              >
                <span>
                  <b>{texts[one].title}</b>
                  <small>{texts[one].text[0]}</small>
                </span>
                <IconChevronRight size={16} stroke={1.6} aria-hidden />
              </button>
            </li>
          ))}
      </ul>
    </div>
  )
}
