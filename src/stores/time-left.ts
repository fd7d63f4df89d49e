import { elapsed } from '../timers.ts'

/**
 * What is left of a verb's patience, whenever it is asked: for verbs of several steps.
 *
 * @throws once it is over, so that no step begins any more
 */
export function timeLeft(patience: number = Infinity): () => number {
  const end = elapsed() + patience
  return () => {
    const left = end - elapsed()
    if (left <= 0) throw new Error('its time was over before its last step')
    return left
  }
}
