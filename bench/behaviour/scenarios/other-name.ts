import { cookieHeader } from '../browser.ts'
import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'
import { TEXT } from '../values.ts'

/** Two sessions of one application: what `/write` put into `session` is sent as `admin`, and `/admin/read` asked. */
export const otherName: Scenario = {
  title: "The cookie is sent under the name of the app's other session (same secret)",
  async observe(contender) {
    await using app = await contender.start(setupWith())
    await signIn(app, '/admin') // That session works, too.
    const browser = await signIn(app)
    const renamed = cookieHeader(
      Array.from(browser.cookies, ([name, value]) => [name.replace('session', 'admin'), value]),
    )
    const { status, answer } = await browser.send('/admin/read', renamed)
    const cell = status !== 200 ? `error ${status}` : answer.text === TEXT ? 'accepted' : 'refused'
    return { cell, seen: { status, ...answer } }
  },
}
