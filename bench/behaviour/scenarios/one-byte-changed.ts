import { cookieHeader, type Browser } from '../browser.ts'
import type { Application } from '../contender.ts'
import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'
import { textOf } from '../values.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const EVERY_BYTE = /[^]/g
/** The last character of a run of base64, some of whose bits may stand for nothing: that depends on the length. */
const LAST_OF_BASE64 = /[\w+/-](?![\w+/-])/g

/** Changes each byte of the session's cookies in turn, one a request; in sessions of two more lengths, those at ends. */
export const oneByteChanged: Scenario = {
  title: 'One byte of the cookie is changed',
  async observe(contender) {
    await using app = await contender.start(setupWith())
    const tried = await Promise.all([
      tryAll(app, 0, EVERY_BYTE),
      tryAll(app, 1, LAST_OF_BASE64),
      tryAll(app, 2, LAST_OF_BASE64),
    ])
    const changes = tried.flat()
    const where = (effect: Effect): string[] =>
      changes.filter((change) => change.effect === effect).map((change) => change.where)
    const seen = { changes: changes.length, none: where('none'), altered: where('altered'), error: where('error') }
    return { cell: outcome(seen), seen: { ...seen, empty: where('empty').length } }
  },
}

type Effect = 'empty' | 'none' | 'altered' | 'error'

interface Change {
  readonly where: string
  readonly effect: Effect
}

async function tryAll(app: Application, padding: number, bytes: RegExp): Promise<Change[]> {
  const browser = await signIn(app)
  await browser.visit(`/write?value=text&padding=${padding}`)
  const { cookies } = browser
  const changes = [...cookies].flatMap(([name, value]) =>
    Array.from(value.matchAll(bytes), async ({ 0: byte, index }) => {
      const other = neighbour(byte)
      const changed = new Map(cookies).set(name, value.slice(0, index) + other + value.slice(index + 1))
      const effect = await effectOf(browser, cookieHeader(changed), textOf(padding))
      return { where: `${name}, byte ${index} of ${value.length}: ${byte} to ${other}`, effect }
    }),
  )
  return await Promise.all(changes)
}

async function effectOf(browser: Browser, header: string, text: string): Promise<Effect> {
  const { status, answer } = await browser.send('/read', header)
  if (status !== 200) return 'error'
  if (answer.found === 'nothing') return 'empty'
  return answer.text === text ? 'none' : 'altered'
}

function outcome(seen: Readonly<Record<'none' | 'altered' | 'error', readonly string[]>>): string {
  if (seen.altered.length > 0) return 'an altered session'
  if (seen.error.length > 0) return 'error 500'
  return seen.none.length > 0 ? 'empty session; some bytes have no effect' : 'empty session'
}

/** Another letter or digit: A for B and B for A, and so on, which differ in the lowest bit of base64. */
function neighbour(byte: string): string {
  const at = ALPHABET.indexOf(byte)
  return at === -1 ? 'A' : ALPHABET.charAt(at ^ 1)
}
