import { createMemory } from './memory.ts'
import type { Opened, PayloadSealer } from './sealer.ts'

/** What is kept of a text that opened. */
export type Remembered = Extract<Opened, { readonly ok: true }>

/** What an entry takes beside its characters: three strings, four objects, a place in a map (`test/sealing/memory.test.ts`). */
const ENTRY_BYTES = 320

/** V8 keeps text of Latin letters in one byte a character, any other in two. */
const BEYOND_LATIN1 = /[\u0100-\uffff]/

/** How many bytes of memory an entry takes, about. */
export function weighOpened(text: string, { payload: { json } }: Remembered): number {
  return text.length + json.length * (BEYOND_LATIN1.test(json) ? 2 : 1) + ENTRY_BYTES
}

/**
 * The same sealer, which decrypts a text once that comes again and again, as the cookie does of a visitor who loads a page and
 * what is on it. What it gives of one that it knows is what decrypting it gave: timeouts are looked at by whoever asks.
 *
 * Only a text that authenticated is remembered. Whoever invents texts can neither fill the memory nor push a real one out of it.
 *
 * @param bytes how much memory it may take, about
 */
export function rememberOpened(sealer: PayloadSealer, bytes: number): PayloadSealer {
  if (bytes === 0) return sealer
  const memory = createMemory<Remembered>(bytes, weighOpened)
  return {
    seal: (payload) => sealer.seal(payload),
    open(text) {
      const known = memory.get(text)
      if (known !== undefined) return known
      const opened = sealer.open(text)
      if (opened.ok) memory.remember(text, opened)
      return opened
    },
    cost: (text) => (memory.get(text) === undefined ? sealer.cost?.(text) : undefined) ?? 'none',
  }
}
