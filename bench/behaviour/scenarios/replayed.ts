import { Browser } from '../browser.ts'
import { clock } from '../clock.ts'
import type { Application } from '../contender.ts'
import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'
import { TEXT } from '../values.ts'

const MINUTE = 60_000
const DAY_MINUTES = 24 * 60
const TEN_YEARS = 3650 * DAY_MINUTES
const IN_USE_EVERY = 6 * 60
const IN_USE_LIMIT = 400 * DAY_MINUTES

/**
 * Copies the cookie, signs out, and sends the copy: at once, and with the clock ahead, to find when it stops to work.
 * Then as a thief would who reads a page every six hours and keeps what is sent.
 */
export const replayed: Scenario = {
  title: 'A cookie copied before sign-out is sent after it',
  async observe(contender) {
    await using app = await contender.start(setupWith())
    const browser = await signIn(app)
    const copy = new Map(browser.cookies)
    await browser.visit('/destroy')
    const { found } = (await browser.visit('/read')).answer
    if (found !== 'nothing') throw new Error(`${contender.name} is still signed in after /destroy`)
    if (!(await isAccepted(new Browser(app.origin, copy), 0))) return { cell: 'refused', seen: { days: 0 } }
    const minutes = await minutesAccepted(app, copy)
    const inUse = minutes === TEN_YEARS ? minutes : await minutesInUse(app, copy)
    const days = minutes / DAY_MINUTES
    return { cell: `accepted ${outcome(minutes, inUse)}`, seen: { days, daysInUse: inUse / DAY_MINUTES } }
  },
}

/** A read with the clock ahead by so many minutes. */
async function isAccepted(browser: Browser, minutesAhead: number): Promise<boolean> {
  clock.aheadMilliseconds = minutesAhead * MINUTE
  try {
    return (await browser.visit('/read')).answer.text === TEXT
  } finally {
    clock.aheadMilliseconds = 0
  }
}

/** How long the copy itself is accepted, as far as ten years. */
async function minutesAccepted({ origin }: Application, copy: ReadonlyMap<string, string>): Promise<number> {
  if (await isAccepted(new Browser(origin, copy), TEN_YEARS)) return TEN_YEARS
  let accepted = 0
  let refused = TEN_YEARS
  while (refused - accepted > 1) {
    const middle = Math.floor((accepted + refused) / 2)
    const yes = await isAccepted(new Browser(origin, copy), middle) // oxlint-disable-line no-await-in-loop -- a search
    if (yes) accepted = middle
    else refused = middle
  }
  return accepted
}

/** How long the session lives on in one browser that began with the copy. */
async function minutesInUse({ origin }: Application, copy: ReadonlyMap<string, string>): Promise<number> {
  const thief = new Browser(origin, copy)
  for (let minutes = IN_USE_EVERY; minutes <= IN_USE_LIMIT; minutes += IN_USE_EVERY) {
    const yes = await isAccepted(thief, minutes) // oxlint-disable-line no-await-in-loop -- one visit after the other
    if (!yes) return minutes - IN_USE_EVERY
  }
  return IN_USE_LIMIT
}

function outcome(minutes: number, inUse: number): string {
  if (minutes === TEN_YEARS) return 'even ten years later'
  const alone = `for ${duration(minutes)}`
  return inUse < minutes + IN_USE_EVERY ? alone : `${alone}, for ${duration(inUse)} if kept in use`
}

function duration(minutes: number): string {
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}
