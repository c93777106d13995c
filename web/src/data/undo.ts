import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { call, newKey } from '../api/client'
import { isProblem } from '../api/problem'
import type { Meta, MetaType } from '../meta/meta'
import { toast } from '../ui/toast'
import { locale, t } from '../words'
import type { Done } from './act'
import { refresh } from './cache'
import { keys } from './keys'
import { wrote } from './seen'

/** The request that takes a change back, as the server hands it out. */
export interface Undo {
  method: 'POST' | 'PATCH'
  path: string
  body: unknown
  label: string
}

function typeAt(client: QueryClient, path: string): MetaType | undefined {
  return client.getQueryData<Meta>(keys.meta(locale()))?.types.find((type) => path.startsWith(`${type.path}/`))
}

/** Tell people that it is done; with a way back, it stands in the message and under Ctrl-Z. */
export function announce(client: QueryClient, text: string, undo?: Undo | null): void {
  toast({ text, kind: 'good', undo: undo ? () => takeBack(client, undo).then(() => undefined) : undefined })
}

/** The way back as it was handed out, without a message. Raises Problem. */
const sendBack = ({ method, path, body }: Undo): Promise<Done> => call<Done>(method, path, { body, key: newKey() })

/** Send the way back as it was handed out. What undid it can be undone again. Answers whether it went through. */
export async function takeBack(client: QueryClient, undo: Undo): Promise<boolean> {
  const type = typeAt(client, undo.path)
  try {
    const done = await sendBack(undo)
    if (type) wrote(type.name, done.id, done.version)
    announce(client, t('record.undone'), done.undo)
    return true
  } catch (error) {
    if (!isProblem(error)) throw error
    const fields = (error.body.fields as string[] | undefined)?.map((name) => type?.fields.find((one) => one.name === name)?.label ?? name)
    toast({
      kind: 'bad',
      text: fields?.length ? t('record.undoClash', { fields: fields.join(', ') }) : error.message || t('record.undoFailed'),
    })
    return false
  } finally {
    if (type) void refresh(client, type.name)
  }
}

/** What Ctrl-Z does outside of inputs: the way back of the newest message. */
export { undoNewest } from '../ui/toast'

export function useUndo(): (undo: Undo) => Promise<boolean> {
  const client = useQueryClient()
  return useCallback((undo) => takeBack(client, undo), [client])
}
