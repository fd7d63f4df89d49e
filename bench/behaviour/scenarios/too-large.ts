import { failure } from '../attempt.ts'
import { Browser, BROWSER_COOKIE_BYTES } from '../browser.ts'
import type { Reply } from '../request.ts'
import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'

/** Stores 5,000 characters, measures the cookies that come, and reads with those that a browser keeps. */
export const tooLarge: Scenario = {
  title: '5,000 characters are stored',
  async observe(contender) {
    await using app = await contender.start(setupWith())
    const usual = (await signIn(app)).cookies.size
    const browser = new Browser(app.origin)
    const reply = await browser.visit('/write?value=large')
    const { text = '' } = (await browser.visit('/read')).answer
    const cookies = reply.cookies.map(({ name, bytes }) => ({ name, bytes }))
    return {
      cell: failure(reply.answer.attempt ?? {}) ?? outcome(reply, usual, text.length),
      seen: { status: reply.status, ...reply.answer, cookies, charactersThatComeBack: text.length },
    }
  },
}

function outcome({ status, cookies }: Reply, usual: number, charactersBack: number): string {
  if (status !== 200) return `error ${status}`
  const largest = Math.max(0, ...cookies.map(({ bytes }) => bytes))
  if (largest > BROWSER_COOKIE_BYTES) return `sent, ${(largest / 1000).toFixed(1)} kB: browsers drop it`
  if (charactersBack === 0) return 'lost silently'
  return cookies.length > usual ? `split over ${cookies.length} cookies` : 'fits'
}
