import { isProblem, type Problem } from '../api/problem'

const TRIES = 3
export const wait = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000))

/** Whether the suite may have done what was sent: there was no answer, or it said to ask again. */
export const isUnanswered = (error: unknown): error is Problem => isProblem(error, 'offline', 'unavailable', 'projection-behind')

/** Sends until there is an answer: without one, and after 503, once more. What is sent with a key is done once all the same. */
export async function untilAnswered<T>(send: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await send()
    } catch (error) {
      if (!navigator.onLine || turn >= TRIES || !isUnanswered(error)) throw error
      await wait(error.retryAfter ?? turn / 2)
    }
  }
}
