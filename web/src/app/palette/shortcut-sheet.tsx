import { Dialog } from '../../ui/dialog'
import { Keys } from '../../ui/keys'
import { useTranslation } from '../../words'
import { SECTIONS, useAllActions } from '../actions'
import { usePreferences } from '../preferences'
import { capsOf } from '../shortcuts'
import s from './shortcut-sheet.module.css'

/** All keys of the page that one is on. */
export default function ShortcutSheet({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const actions = useAllActions().filter((action) => action.keys)
  const { singleKeys } = usePreferences()
  return (
    <Dialog open onClose={onClose} title={t('nav.shortcuts')} size={720}>
      {singleKeys === false && <p className={s.note}>{t('nav.singleKeysOff')}</p>}
      <div className={s.columns}>
        {SECTIONS.map((section) => {
          const own = actions.filter((action) => action.section === section)
          if (!own.length) return null
          return (
            <section key={section}>
              <h3>{t(`nav.section.${section}`)}</h3>
              <dl>
                {own.map((action) => (
                  <div key={action.id}>
                    <dt>{action.title}</dt>
                    <dd>
                      <Keys caps={capsOf(action.keys ?? '')} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        })}
      </div>
    </Dialog>
  )
}
