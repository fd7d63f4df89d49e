/** What was used lately, by a text. What it holds never weighs more than its bound. */
export interface Memory<Value> {
  get(text: string): Value | undefined
  remember(text: string, value: Value): void
  /** Of all that it holds. */
  readonly weight: number
}

interface Entry<Value> {
  readonly value: Value
  readonly weight: number
  /** Whether it was asked for since it came, or since the hand came by. */
  isUsed: boolean
}

/** How many texts are noted that came once while there was no room, 4 bytes each. */
const SEEN = 2 ** 14

/** 32 bits of the last characters, which are the most random ones of what is sealed. */
function printOf(text: string): number {
  let print = text.length
  for (let at = Math.max(0, text.length - 9); at < text.length; at++) print = Math.imul(print, 61) + text.charCodeAt(at)
  return print >>> 0
}

/**
 * Forgets one at a time, by SIEVE (Zhang et al., NSDI 2024): a hand goes round from the oldest to the newest, passes over what was
 * used since it last came by, and takes what was not. Where that would be for something that never came before, nothing is taken:
 * to remember costs more than to open once again, and most of a million visitors do not come again soon.
 */
export function createMemory<Value>(bound: number, weigh: (text: string, value: Value) => number): Memory<Value> {
  const entries = new Map<string, Entry<Value>>()
  // An iterator of a Map follows what is added and deleted meanwhile, so it is the hand.
  let hand = entries.entries()
  let total = 0
  let seen: Uint32Array | undefined
  /** Whether a text came before, not long ago; notes that it came. Seldom true of one that did not. */
  const cameLately = (text: string): boolean => {
    seen ??= new Uint32Array(SEEN)
    const print = printOf(text)
    const came = seen[print % SEEN] === print
    seen[print % SEEN] = print
    return came
  }
  /** What that weighed. */
  const forgetOne = (): number => {
    for (;;) {
      const { value: found } = hand.next()
      if (found === undefined) {
        hand = entries.entries()
        continue
      }
      const [text, entry] = found
      if (!entry.isUsed) {
        entries.delete(text)
        total -= entry.weight
        return entry.weight
      }
      entry.isUsed = false
    }
  }
  return {
    get(text) {
      const entry = entries.get(text)
      if (entry === undefined) return undefined
      entry.isUsed = true
      return entry.value
    },
    remember(text, value) {
      if (entries.has(text)) return
      const weight = weigh(text, value)
      if (weight > bound || (total + weight > bound && !cameLately(text))) return
      for (let over = total + weight - bound; over > 0;) over -= forgetOne()
      total += weight
      // A slice keeps the whole header alive that it was cut from; the copy holds its own bytes alone.
      const copy = Buffer.from(text, 'latin1').toString('latin1')
      entries.set(copy === text ? copy : text, { value, weight, isUsed: false })
    },
    get weight() {
      return total
    },
  }
}
