import { escapeValue, unescapeValue } from '../rails/escaped-value.ts'
import { decodeStrict } from '../rails/base64.ts'
import type { Part, Scheme } from './report.ts'

/** A Rails cookie value taken apart without a key. */
export interface RailsValue {
  /** As Rack gives it to Rails; `undefined` where it is no percent-encoding. */
  readonly received: string | undefined
  /** The same, in the one spelling that Rails writes, so that a key can be tried on what is meant. */
  readonly clean: string
  readonly scheme: Scheme
  readonly parts: readonly Part[]
  /** The parts as they came, blanks, quotes and all. */
  readonly texts: readonly string[]
}

const SEPARATOR = '--'
/** Hexadecimal digits of HMAC-SHA1, SHA256, SHA384 and SHA512. */
const MAC_LENGTHS: ReadonlySet<number> = new Set([40, 64, 96, 128])

/** Takes the value of a header apart. Never throws. */
export function readRailsValue(text: string): RailsValue {
  const received = unescapeValue(text)
  // A bare `+` is a blank to Rack, and the plus that somebody forgot to escape to us.
  const meant = unescapeValue(text.replaceAll('+', '%2B')) ?? text
  const texts = unquote(meant).split(SEPARATOR)
  const [first = '', second = '', third] = texts
  const mac = second.trim()
  const isMac = /^[\da-f]+$/i.test(mac) && MAC_LENGTHS.has(mac.length)
  if (third !== undefined && !isMac) {
    const [ciphertext, iv, tag] = [first, second, third].map(toBytes) as [Buffer, Buffer, Buffer] // as: three in, three out
    const parts = [
      { name: 'ciphertext', characters: first.length, bytes: ciphertext.length },
      { name: 'iv', characters: second.length, bytes: iv.length },
      { name: 'tag', characters: third.length, bytes: tag.length },
    ]
    const clean = [ciphertext, iv, tag].map((bytes) => bytes.toString('base64')).join(SEPARATOR)
    const isMessage = ciphertext.length > 0 && iv.length > 0 && tag.length > 0
    return { received, clean, scheme: isMessage ? 'rails-gcm' : 'unknown', parts, texts }
  }
  const data = toBytes(first)
  const inner = data.toString('latin1').split(SEPARATOR)
  const isCbc = inner.length === 2 && inner.every((part) => decodeStrict(part) !== undefined)
  const parts = [
    { name: isCbc ? 'ciphertext and iv' : 'message', characters: first.length, bytes: data.length },
    { name: 'mac', characters: second.length, bytes: Math.floor(mac.length / 2) },
  ]
  const clean = `${first.trim()}${SEPARATOR}${mac.toLowerCase()}`
  if (isMac && first !== '') return { received, clean, scheme: isCbc ? 'rails-cbc' : 'rails-signed', parts, texts }
  return { received, clean: received ?? text, scheme: 'unknown', parts: [], texts }
}

/** The value as it would stand in the header: one that was copied decoded, without any escape, is encoded again. */
export function asSent(value: string): string {
  return /[+/=]/.test(value) && !value.includes('%') ? escapeValue(value) : value
}

function unquote(text: string): string {
  return /^"[^]*"$/.test(text) ? text.slice(1, -1) : text
}

/** The bytes of base64 in either alphabet, with or without padding, whatever stands between the characters. */
function toBytes(part: string): Buffer {
  return Buffer.from(part, 'base64')
}
