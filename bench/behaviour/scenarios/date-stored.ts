import { failure } from '../attempt.ts'
import { Browser } from '../browser.ts'
import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'

/** Stores `new Date()`, and reads it in the next request. */
export const dateStored: Scenario = {
  title: 'A `Date` is stored',
  async observe(contender) {
    await using app = await contender.start(setupWith())
    const browser = new Browser(app.origin)
    const { status, answer } = await browser.visit('/write?value=date')
    const { found = 'nothing' } = (await browser.visit('/read')).answer
    return { cell: failure(answer.attempt ?? {}) ?? comesBack(status, found), seen: { status, ...answer, found } }
  },
}

function comesBack(status: number, found: string): string {
  if (status !== 200) return `error ${status}`
  return found === 'nothing' ? 'lost silently' : `comes back as a ${found === 'Date' ? found : found.toLowerCase()}`
}
