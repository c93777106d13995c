import { useCallback } from 'react'
import type { Tree } from '../../app/search'
import { type Done, useCommand } from '../../data/act'
import { useList } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc, MetaCommand } from '../../meta/meta'
import { useTranslation } from '../../words'
import { plus } from './days'

const MOST = 200
const FIELDS = ['subject', 'kind', 'status', 'start', 'due', 'due_on', 'priority', 'owner', 'archived', 'location']
const MINE: Tree = { field: 'owner', value: '@me' }

/** Everything open that is the person's: what a day is planned from. */
export const useOpen = (object: ObjectDescription) =>
  useList(object, { filter: { all: [MINE, { field: 'status', value: 'open' }] }, sort: 'due', fields: FIELDS }, MOST)

/** What stands in a week: done as well, cancelled not. */
export function useWeek(object: ObjectDescription, monday: string) {
  const within = (field: string): Tree => ({
    all: [
      { field, op: 'ge', value: monday },
      { field, op: 'lt', value: plus(monday, 7) },
    ],
  })
  const filter: Tree = { all: [MINE, { field: 'status', op: 'ne', value: 'cancelled' }, { any: [within('start'), within('due')] }] }
  return useList(object, { filter, sort: 'due', fields: FIELDS }, MOST)
}

/** Complete, put off, log: each with its way back in the message. */
export function useActivityActs(object: ObjectDescription) {
  const { t } = useTranslation()
  const { run } = useCommand()
  const command = useCallback(
    (name: string): MetaCommand | undefined => object.commands.find((one) => one.name === `customer.${name}`),
    [object],
  )
  const act = async (name: string, activity: Doc, body: Record<string, unknown>, patch: Record<string, unknown>, told: string) => {
    const found = command(name)
    if (found) await run({ object, command: found, id: activity.id, base: activity, body, patch, told })
  }
  return {
    complete: (activity: Doc) => act('CompleteActivity', activity, {}, { status: 'done' }, t('calendar.completed')),
    putOff: (activity: Doc, day: string) => act('RescheduleActivity', activity, { due: day }, { due_on: day }, t('calendar.putOff')),
    create: async (body: Record<string, unknown>, told: string): Promise<Done | undefined> =>
      object.create && run({ object, command: object.create, body, told }),
    mayCreate: object.create?.allowed === true,
    mayEdit: command('CompleteActivity')?.allowed === true,
  }
}
