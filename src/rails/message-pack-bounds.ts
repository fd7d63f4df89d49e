import { MAXIMUM_DEPTH } from '../serializers/plain.ts'
import { MessagePackError } from './message-pack-error.ts'

/** Of the types from 0xc0 to 0xdf: how many bytes of size follow, or of value where nothing is counted. */
const SIZE_BYTES = [0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4]
const FIXED_BYTES = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0]

/**
 * Refuses MessagePack that nests too deep or counts more than is there, in one pass and without making anything: the
 * library makes room for as many items as an array says it has (MessagePack's spec.md, "Formats").
 *
 * @param depth how many containers the bytes stand in
 * @throws {@link MessagePackError}
 */
export function checkBounds(bytes: Uint8Array, depth: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  /** How many items the open containers still want, outermost first. */
  const open: number[] = []
  let at = 0
  while (at < bytes.length) {
    const { skip, items } = headAt(view, at)
    at += skip
    if (open.length > 0) open.push((open.pop() ?? 0) - 1)
    if (items > 0) open.push(items)
    if (open.length + depth > MAXIMUM_DEPTH) throw new MessagePackError('a MessagePack payload is nested too deep')
    while (open.at(-1) === 0) open.pop()
  }
  if (open.length > 0 || at > bytes.length) throw new MessagePackError('a MessagePack payload ends too early')
}

/** Behind the value that begins at `from`, with all that is in it; the bytes passed {@link checkBounds}. */
export function valueEnd(bytes: Uint8Array, from: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = from
  for (let left = 1; left > 0; left--) {
    if (at >= bytes.length) throw new MessagePackError('a MessagePack payload ends too early')
    const { skip, items } = headAt(view, at)
    at += skip
    left += items
  }
  return at
}

/** How long the head at `at` is, with bytes that it counts itself, and how many items follow it. */
function headAt(view: DataView, at: number): { skip: number; items: number } {
  const type = view.getUint8(at)
  if (type < 0x80 || type >= 0xe0) return { skip: 1, items: 0 }
  if (type < 0x90) return { skip: 1, items: 2 * (type & 15) }
  if (type < 0xa0) return { skip: 1, items: type & 15 }
  if (type < 0xc0) return { skip: 1 + (type & 31), items: 0 }
  const sizeBytes = SIZE_BYTES[type - 0xc0] ?? 0
  const fixed = 1 + sizeBytes + (FIXED_BYTES[type - 0xc0] ?? 0)
  if (at + 1 + sizeBytes > view.byteLength) return { skip: fixed, items: 0 }
  let size = 0
  for (let byte = 1; byte <= sizeBytes; byte++) size = size * 256 + view.getUint8(at + byte)
  if (type < 0xdc) return { skip: fixed + size, items: 0 }
  return { skip: fixed, items: type < 0xde ? size : 2 * size }
}
