import type { Contender } from './contender.ts'
import { COOKIE_NAME, sessionOfBytes, type SessionData } from './session.ts'

/** RFC 6265bis §5.6: browsers drop a cookie whose name and value together take more. */
const COOKIE_LIMIT = 4096
/** base64 that is percent-encoded varies in length with the bytes it stands for; the longest of these counts. */
const SEALS = 12
const SMALLEST = 100

/** What a contender makes of sessions, in bytes. */
export interface Capacity {
  /** The value of the sample's cookie, all cookies together where there are several; the longest of some seals. */
  readonly cookieBytes: number
  /** The largest JSON whose cookie browsers keep. */
  readonly largestJson: number
  /** Whether the lengths differ from seal to seal. */
  readonly varies: boolean
}

/** Found by sealing sessions of many sizes, not by a formula. */
export async function capacity(contender: Contender, sample: SessionData): Promise<Capacity> {
  let fits = SMALLEST
  let tooLarge = COOKIE_LIMIT
  while (tooLarge - fits > 1) {
    const middle = Math.floor((fits + tooLarge) / 2)
    // oxlint-disable-next-line no-await-in-loop -- a search
    const { longest } = await sealedLengths(contender, sessionOfBytes(middle))
    if (COOKIE_NAME.length + longest <= COOKIE_LIMIT) fits = middle
    else tooLarge = middle
  }
  const { together } = await sealedLengths(contender, sample)
  return { cookieBytes: Math.max(...together), largestJson: fits, varies: new Set(together).size > 1 }
}

async function sealedLengths(
  contender: Contender,
  session: SessionData,
): Promise<{ longest: number; together: number[] }> {
  const seal = contender.sealing(session)
  const texts = await Promise.all(Array.from({ length: SEALS }, async () => seal()))
  const lengths = texts.map((text) => contender.cookies(text).map((value) => Buffer.byteLength(value)))
  return {
    longest: Math.max(...lengths.flat()),
    together: lengths.map((cookies) => cookies.reduce((sum, length) => sum + length)),
  }
}
