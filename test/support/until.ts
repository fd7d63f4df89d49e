import { setTimeout as pause } from 'node:timers/promises'

/** Asks again and again until the answer is yes: for what sends no event. @param what for the message when it never is */
export async function until(what: string, isSo: () => Promise<boolean>, milliseconds = 20_000): Promise<void> {
  const end = Date.now() + milliseconds
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`It did not come true within ${milliseconds} ms that ${what}`)
    await pause(20)
  }
}
