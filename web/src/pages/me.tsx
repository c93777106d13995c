import { Look } from '../parts/me/look'
import { Password } from '../parts/me/password'
import { Profile } from '../parts/me/profile'
import { SecondFactor } from '../parts/me/second-factor'
import { Sessions } from '../parts/me/sessions'
import { Page } from '../ui/page'
import { useTranslation } from '../words'

/** What belongs to the person who is signed in. */
export function MePage() {
  const { t } = useTranslation()
  return (
    <Page title={t('me.title')} narrow>
      <Profile />
      <Look />
      <Password />
      <SecondFactor />
      <Sessions />
    </Page>
  )
}
