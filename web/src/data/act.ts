import { notifyManager, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef } from 'react'
import { call, newKey } from '../api/client'
import { isProblem, type Problem } from '../api/problem'
import type { ObjectDescription } from '../meta/describe'
import type { Doc, MetaCommand } from '../meta/meta'
import { toast } from '../ui/toast'
import { t } from '../words'
import { wasDone } from '../words/did'
import { afterPaint } from './after-paint'
import { untilAnswered } from './again'
import { patchHeld, refresh, rollBack } from './cache'
import { clashOver, touchedOf, without } from './clashes'
import { queue } from './offline/outbox'
import { fetchOne } from './records'
import { underWay, wrote } from './seen'
import { announce, type Undo } from './undo'

/** What somebody wants: one command on one record, or a new record where there is no id. */
export interface Intent {
  object: ObjectDescription
  command: MetaCommand
  id?: string
  /** The record as it was shown: its version goes along, so that nobody overwrites what they have not seen. */
  base?: Doc
  body: Record<string, unknown>
  /** The fields as they will be: shown at once, taken back where the server refuses. */
  patch?: Record<string, unknown>
  /** The place of the act shows the change, and that it is confirmed: the rest of the page follows when that is painted. */
  inPlace?: boolean
  reason?: string
  occurredAt?: string
  /** What the message says once it is done; left out: what its label says was done. `false`: no message, for the page shows it. */
  told?: string | false
}

export interface Done {
  id: string
  version: number
  /** It waits on this device until the suite is reached: there is no record yet. */
  queued?: boolean
  undo: Undo | null
  undo_reason?: { code: string; message: string }
  [more: string]: unknown
}

/** Sent again with the same key where nobody answered: it is done once. */
function sendIntent(intent: Intent, key: string): Promise<Done> {
  const path = intent.command.path.replace('{id}', intent.id ?? '')
  const { body, reason, occurredAt, base } = intent
  return untilAnswered(() => call<Done>(intent.command.method, path, { body, key, version: base?.version, reason, occurredAt }))
}

/** A command on its way holds up what the live stream tells of its record; a question to the person in between does not. */
function sendOwn(intent: Intent, key: string): Promise<Done> {
  const { object, id } = intent
  const sent = sendIntent(intent, key).then((done) => {
    wrote(object.name, done.id, done.version)
    return done
  })
  return id ? underWay(id, sent) : sent
}

/** What was done, and which of the values that were shown at once are the record's now. */
interface Settled {
  done: Done
  patch?: Record<string, unknown>
}

/**
 * Another user changed the record first. A change of other fields is sent again on the new version; else the user decides, field by field.
 * A change that comes while they decide is treated in the same way: a value that they have not seen is never overwritten.
 */
async function settle(intent: Intent, refused: Problem): Promise<Settled> {
  const { object, id = '', base, patch = {} } = intent
  const theirs = (await fetchOne(object, id, refused.body.actual as number | undefined)).record
  const touched = touchedOf(patch, base, theirs)
  const mine = touched.length > 0 ? await clashOver({ object, fields: touched, before: base ?? theirs, theirs, mine: patch }) : []
  const given = touched.filter((name) => !mine.includes(name))
  const body = without(intent.body, given)
  const spares =
    intent.command.method === 'PATCH'
      ? Object.keys(body).length > 0
      : given.every((name) => intent.command.along?.includes(name.startsWith('custom.') ? 'custom' : name))
  if (given.length > 0 && !spares) return { done: { id, version: theirs.version, undo: null, kept: 'theirs' } }
  return sendOver({ ...intent, base: theirs, body, patch: without(patch, given) }, newKey())
}

async function sendOver(intent: Intent, key: string): Promise<Settled> {
  try {
    return { done: await sendOwn(intent, key), patch: intent.patch }
  } catch (error) {
    if (isProblem(error, 'version-mismatch') && intent.base) return settle(intent, error)
    throw error
  }
}

const QUEUED: Done = { id: '', version: 0, undo: null, queued: true }

/** Notes, calls, tasks and the like need nothing of the suite to be made: without a network they wait on the device. */
async function queueLater({ object, command, body, occurredAt }: Intent, key: string): Promise<boolean> {
  if (object.name !== 'activity' || command !== object.create) return false
  if (!(await queue(command.path, body, key, occurredAt ?? new Date().toISOString()))) return false
  toast({ text: t('offline.queued'), kind: 'plain' })
  return true
}

async function perform(client: QueryClient, intent: Intent, key: string): Promise<Done> {
  const { object, command, id, inPlace } = intent
  const before = id && intent.patch && !inPlace ? patchHeld(client, object.name, id, intent.patch) : []
  const again = () => void refresh(client, object.name, id)
  try {
    const { done, patch } = await sendOver(intent, key).catch(async (error): Promise<Settled> => {
      if (isProblem(error, 'offline') && (await queueLater(intent, key))) return { done: QUEUED }
      throw error
    })
    if (done.queued) {
      again()
      return done
    }
    const kept = inPlace ? patch : undefined
    const follow = () => {
      if (id) patchHeld(client, object.name, id, { ...kept, version: done.version })
      if (intent.told !== false && done.kept !== 'theirs') announce(client, intent.told ?? wasDone(command.label), done.undo)
      again()
    }
    if (inPlace) afterPaint(() => notifyManager.batch(follow))
    else notifyManager.batch(follow)
    return done
  } catch (error) {
    rollBack(client, before)
    again()
    throw error
  }
}

/**
 * `const { run, busy } = useCommand()`, then `await run({object, command, id, base, body, patch})`.
 * Raises Problem: `byField()` of it goes to the inputs. The same intent sent again after a failure keeps its key.
 */
export function useCommand() {
  const client = useQueryClient()
  const last = useRef({ said: '', key: '' })
  const mutation = useMutation({ mutationFn: (intent: Intent) => perform(client, intent, last.current.key), retry: false })
  const { mutateAsync } = mutation
  const run = useCallback(
    async (intent: Intent): Promise<Done> => {
      const said = JSON.stringify([intent.command.name, intent.id, intent.body, intent.base?.version])
      if (said !== last.current.said) last.current = { said, key: newKey() }
      try {
        const done = await mutateAsync(intent)
        last.current = { said: '', key: '' }
        return done
      } catch (error) {
        if (!isProblem(error, 'offline')) last.current = { said: '', key: '' }
        throw error
      }
    },
    [mutateAsync],
  )
  return { run, busy: mutation.isPending }
}
