import type { QueryClient } from '@tanstack/react-query'
import type { ListSearch } from '../../app/search'
import type { Me } from '../../app/session'
import type { Moment } from '../../data/keys'
import { countOf, pageOf } from '../../data/records'
import { columnChoices } from '../../meta/boards'
import { describedTypes, metaOf } from '../../meta/use-types'
import { locale } from '../../words'
import { quickViews, type SavedView } from '../views/model'
import { viewsOf } from '../views/saved'
import { askedOf, queryOfList } from './asked'

/** Asks for what a list will show, while a pointer rests on its link or its page is on the way. */
export async function listAhead(client: QueryClient, type: string, search: ListSearch, me: Me): Promise<void> {
  const object = describedTypes(await client.ensureQueryData(metaOf(locale()))).type(type)
  if (!object) return
  const views = viewsOf(object.name, me)
  const saved = client.getQueryData<SavedView[]>(views.queryKey)
  const { now } = askedOf(object, search, quickViews(object), saved ?? [], me.user.id)
  if (now.kind === 'board' && columnChoices(object).length > 0) return
  const query = queryOfList(object, search, now)
  const { at, known }: Moment = search
  const moment = at || known ? { at, known } : {}
  await Promise.all([
    saved === undefined && views.enabled && client.prefetchQuery(views),
    client.prefetchQuery(countOf(object, query, moment)),
    now.group === undefined && client.prefetchQuery(pageOf(client, object, query, moment, 0)),
  ])
}
