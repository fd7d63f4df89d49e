import { Browser } from '../browser.ts'
import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'

/** Reads the session once without a cookie and once with one, and looks for Set-Cookie. */
export const readOnly: Scenario = {
  title: 'A request only reads',
  async observe(contender) {
    await using app = await contender.start(setupWith())
    const signedIn = await signIn(app)
    const newVisitor = (await new Browser(app.origin).visit('/read')).cookies.length
    const withSession = (await signedIn.visit('/read')).cookies.length
    return { cell: outcome(newVisitor > 0, withSession > 0), seen: { setCookieLines: { newVisitor, withSession } } }
  },
}

function outcome(newVisitor: boolean, withSession: boolean): string {
  if (newVisitor && withSession) return 'Set-Cookie every time'
  if (withSession) return 'Set-Cookie if there is a session'
  return newVisitor ? 'Set-Cookie to a new visitor' : 'no Set-Cookie'
}
