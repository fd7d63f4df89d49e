import type { Attempt } from '../attempt.ts'
import type { Scenario } from '../scenario.ts'
import { newSecret } from '../setup.ts'
import { signIn } from '../sign-in.ts'
import { TEXT } from '../values.ts'

/** Writes while the body streams, once the client has the headers in hand, and reads in the next request. */
export const lateWrite: Scenario = {
  title: 'A write after the headers left',
  async observe(contender) {
    const { promise: headersArrived, resolve } = Promise.withResolvers<void>()
    await using app = await contender.start({ secrets: [newSecret()], headersArrived })
    const browser = await signIn(app)
    const strays = collectStrays()
    const { status, answer } = await browser.visit('/late', resolve)
    const errorsElsewhere = await strays()
    const { text } = (await browser.visit('/read')).answer
    const cell = outcome(answer.attempt, status, errorsElsewhere.length > 0, text === TEXT)
    return { cell, seen: { status, ...answer, errorsElsewhere, textAfterwards: text } }
  },
}

function outcome(attempt: Attempt | undefined, status: number, strayed: boolean, unchanged: boolean): string {
  if (attempt?.failedAt === 'assignment')
    return attempt.ownLine === true ? 'error at that line' : 'error in the library'
  if (attempt?.failedAt === 'save') return 'error at `save()`'
  if (strayed || status !== 200) return 'error elsewhere'
  return unchanged ? 'lost silently' : 'kept'
}

/** Collects the errors that nobody catches, until the function that it gives is called. */
function collectStrays(): () => Promise<string[]> {
  const strays: string[] = []
  const collect = (error: unknown): void => void strays.push(String(error))
  process.on('uncaughtException', collect).on('unhandledRejection', collect)
  return async () => {
    await new Promise(setImmediate)
    process.off('uncaughtException', collect).off('unhandledRejection', collect)
    return strays
  }
}
