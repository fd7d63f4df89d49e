import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'
import { TEXT } from '../values.ts'

/** `Cookie: session=garbage; session=<the good one>`, as a browser sends two cookies of different paths. */
export const garbageInFront: Scenario = {
  title: 'A garbage cookie of the same name comes first',
  async observe(contender) {
    await using app = await contender.start(setupWith())
    const browser = await signIn(app)
    const { status, answer } = await browser.send('/read', `session=garbage; ${browser.cookieHeader}`)
    const cell = status !== 200 ? `error ${status}` : answer.text === TEXT ? 'still signed in' : 'signed out'
    return { cell, seen: { status, ...answer } }
  },
}
