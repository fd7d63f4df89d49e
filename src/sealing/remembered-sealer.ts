import { createMemory } from './memory.ts'
import type { Opened, PayloadSealer } from './sealer.ts'

type OpenedSeal = Extract<Opened, { readonly ok: true }>

/** What an entry takes beside its characters: two strings, three objects, a place in a map. */
const ENTRY_BYTES = 300

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
  const memory = createMemory<OpenedSeal>(bytes, (text, { payload }) => text.length + payload.json.length + ENTRY_BYTES)
  return {
    seal: (payload) => sealer.seal(payload),
    open(text) {
      const known = memory.get(text)
      if (known !== undefined) return known
      const opened = sealer.open(text)
      if (opened.ok) memory.remember(text, opened)
      return opened
    },
  }
}
