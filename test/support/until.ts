import { setTimeout as pause } from 'node:timers/promises'

/** For what will never be so; how long it may take is not what a test asserts. */
const PATIENCE_MILLISECONDS = 120_000

/** Asks again and again until the answer is yes: for what sends no event. @param what for the message when it never is */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MILLISECONDS
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`It did not come true within ${PATIENCE_MILLISECONDS} ms that ${what}`)
    await pause(20)
  }
}
