import { useQueryClient } from '@tanstack/react-query'
import { type Undo, useUndo } from '../../data/undo'

/** Takes something back, and asks the log again. */
export function useTakenBack(): (way: Undo) => Promise<boolean> {
  const undo = useUndo()
  const client = useQueryClient()
  return async (way) => {
    const done = await undo(way)
    await client.invalidateQueries({ queryKey: ['audit'] })
    return done
  }
}
