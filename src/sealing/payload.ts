/**
 * What a seal carries inside: a small fixed header, then JSON. Two kinds of payload share the format and can never be
 * taken for each other, because the first byte says which one it is.
 */
export type Payload = SessionPayload | ValuePayload

/** `flags 1 ‖ created 4 ‖ slid 4 ‖ id 16 ‖ JSON` */
export interface SessionPayload {
  readonly kind: 'session'
  /** 32 lower-case hexadecimal characters (16 bytes). */
  readonly id: string
  /** Whole seconds since 1970: when the session began. The absolute timeout counts from here. */
  readonly created: number
  /** Whole seconds since 1970: when the session was last written. The idle timeout counts from here. */
  readonly slid: number
  /** Whether its cookie outlives the browser: written with Max-Age. */
  readonly persistent: boolean
  readonly json: string
}

/** `flags 1 ‖ created 4 ‖ expires 4 ‖ JSON` */
export interface ValuePayload {
  readonly kind: 'value'
  readonly created: number
  /** Whole seconds since 1970, or `undefined` for a value that does not expire (0 in the bytes). */
  readonly expires: number | undefined
  readonly json: string
}

export const VALUE_HEADER_BYTES = 9
export const SESSION_HEADER_BYTES = 25

const SESSION_FLAG = 0b01
const PERSISTENT_FLAG = 0b10

/** Writes the header at the start of `target` and returns its length. Seconds are unsigned: good until 2106. */
export function writeHeader(payload: Payload, target: Buffer): number {
  if (payload.kind === 'value') {
    target[0] = 0
    target.writeUInt32BE(payload.created, 1)
    target.writeUInt32BE(payload.expires ?? 0, 5)
    return VALUE_HEADER_BYTES
  }
  target[0] = SESSION_FLAG | (payload.persistent ? PERSISTENT_FLAG : 0)
  target.writeUInt32BE(payload.created, 1)
  target.writeUInt32BE(payload.slid, 5)
  target.write(payload.id, VALUE_HEADER_BYTES, 16, 'hex')
  return SESSION_HEADER_BYTES
}

/** The payload that `bytes` hold, or `undefined` when they are none of ours. The JSON is not parsed here. */
export function readPayload(bytes: Buffer): Payload | undefined {
  const flags = bytes[0]
  if (flags === undefined || bytes.length < VALUE_HEADER_BYTES) return undefined
  const created = bytes.readUInt32BE(1)
  const second = bytes.readUInt32BE(5)
  if (flags === 0) {
    const expires = second === 0 ? undefined : second
    return { kind: 'value', created, expires, json: bytes.toString('utf8', VALUE_HEADER_BYTES) }
  }
  if ((flags & ~PERSISTENT_FLAG) !== SESSION_FLAG || bytes.length < SESSION_HEADER_BYTES) return undefined
  return {
    kind: 'session',
    id: bytes.toString('hex', VALUE_HEADER_BYTES, SESSION_HEADER_BYTES),
    created,
    slid: second,
    persistent: (flags & PERSISTENT_FLAG) !== 0,
    json: bytes.toString('utf8', SESSION_HEADER_BYTES),
  }
}
