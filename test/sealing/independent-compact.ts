/**
 * The sealed formats a second time, written from `docs/format.md` alone, on WebCrypto and `DataView`. Nothing of `src/`
 * is imported here, so that the two can disagree.
 */
import type { webcrypto } from 'node:crypto'
import { fromBase64url, fromHex, toBase64url, toHex, type Bytes } from './independent-base64url.ts'

const COMPACT = 1
const SIGNED = 2
const SESSION = 1
const PERSISTENT = 2

/** The part of a seal that nobody but the server reads (`compact`), or that anybody can read (`signed`). */
export type Content =
  | { kind: 'session'; persistent: boolean; created: number; slid: number; id: string; json: string }
  | { kind: 'value'; created: number; expires: number | null; json: string }

export type Verdict =
  | { ok: true; keyId: string; content: Content }
  | { ok: false; reason: 'malformed' | 'unknown-secret' | 'tampered' }

const utf8 = new TextEncoder()
// ignoreBOM: a byte order mark is content, and makes the JSON malformed.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of a secret: its text as UTF-8, never decoded. */
export function secretBytes(text: string): Bytes {
  return Uint8Array.from(utf8.encode(text))
}

export async function keyIdOf(secret: Bytes): Promise<string> {
  return toHex(await derive(secret, new Uint8Array(0), 'coatcheck/v1/key-id', 4))
}

export async function sealingSubKey(secret: Bytes, salt: Bytes, purpose: string): Promise<Bytes> {
  return derive(secret, salt, `coatcheck/v1/seal\0${purpose}`, 32)
}

export async function signingSubKey(secret: Bytes, purpose: string): Promise<Bytes> {
  return derive(secret, new Uint8Array(0), `coatcheck/v1/sign\0${purpose}`, 32)
}

export async function mintCompact(sealing: {
  secret: Bytes
  purpose: string
  salt: Bytes
  nonce: Bytes
  content: Content | Bytes
}): Promise<string> {
  const { secret, purpose, salt, nonce, content } = sealing
  const subKey = await importAes(await sealingSubKey(secret, salt, purpose))
  const plain = content instanceof Uint8Array ? content : encodeContent(content)
  const boxed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, tagLength: 128 }, subKey, plain)
  const keyId = fromHex(await keyIdOf(secret))
  return toBase64url(Uint8Array.of(COMPACT, ...keyId, ...salt, ...nonce, ...new Uint8Array(boxed)))
}

export async function openCompactText(text: string, secrets: readonly Bytes[], purpose: string): Promise<Verdict> {
  const bytes = fromBase64url(text)
  if (bytes === undefined || bytes.length < 58 || bytes[0] !== COMPACT) return { ok: false, reason: 'malformed' }
  const keyId = toHex(bytes.subarray(1, 5))
  const secret = await bySecretId(secrets, keyId)
  if (secret === undefined) return { ok: false, reason: 'unknown-secret' }
  const subKey = await importAes(await sealingSubKey(secret, bytes.slice(5, 21), purpose))
  let plain: ArrayBuffer
  try {
    const parameters = { name: 'AES-GCM', iv: bytes.slice(21, 33), tagLength: 128 }
    plain = await crypto.subtle.decrypt(parameters, subKey, bytes.slice(33))
  } catch {
    return { ok: false, reason: 'tampered' }
  }
  return verdict(keyId, new Uint8Array(plain))
}

export async function mintSigned(signing: {
  secret: Bytes
  purpose: string
  content: Content | Bytes
}): Promise<string> {
  const { secret, purpose, content } = signing
  const key = await importHmac(await signingSubKey(secret, purpose))
  const payload = content instanceof Uint8Array ? content : encodeContent(content)
  const signed = Uint8Array.of(SIGNED, ...fromHex(await keyIdOf(secret)), ...payload)
  const mac = await crypto.subtle.sign('HMAC', key, signed)
  return toBase64url(Uint8Array.of(...signed, ...new Uint8Array(mac)))
}

export async function openSignedText(text: string, secrets: readonly Bytes[], purpose: string): Promise<Verdict> {
  const bytes = fromBase64url(text)
  if (bytes === undefined || bytes.length < 46 || bytes[0] !== SIGNED) return { ok: false, reason: 'malformed' }
  const keyId = toHex(bytes.subarray(1, 5))
  const secret = await bySecretId(secrets, keyId)
  if (secret === undefined) return { ok: false, reason: 'unknown-secret' }
  const end = bytes.length - 32
  const key = await importHmac(await signingSubKey(secret, purpose))
  const authentic = await crypto.subtle.verify('HMAC', key, bytes.slice(end), bytes.slice(0, end))
  return authentic ? verdict(keyId, bytes.slice(5, end)) : { ok: false, reason: 'tampered' }
}

export function encodeContent(content: Content): Bytes {
  const json = utf8.encode(content.json)
  const header = new DataView(new ArrayBuffer(content.kind === 'session' ? 25 : 9))
  header.setUint32(1, content.created, false)
  if (content.kind === 'value') {
    header.setUint8(0, 0)
    header.setUint32(5, content.expires ?? 0, false)
  } else {
    header.setUint8(0, content.persistent ? SESSION + PERSISTENT : SESSION)
    header.setUint32(5, content.slid, false)
    for (const [at, byte] of fromHex(content.id).entries()) header.setUint8(9 + at, byte)
  }
  return Uint8Array.of(...new Uint8Array(header.buffer), ...json)
}

function decodeContent(bytes: Bytes): Content | undefined {
  if (bytes.length < 9) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const created = view.getUint32(1, false)
  const second = view.getUint32(5, false)
  const text = (from: number): string | undefined => {
    try {
      return strictUtf8.decode(bytes.subarray(from))
    } catch {
      return undefined
    }
  }
  const flags = view.getUint8(0)
  if (flags === 0) {
    const json = text(9)
    return json === undefined ? undefined : { kind: 'value', created, expires: second === 0 ? null : second, json }
  }
  if (flags !== SESSION && flags !== SESSION + PERSISTENT) return undefined
  const json = bytes.length < 25 ? undefined : text(25)
  if (json === undefined) return undefined
  const id = toHex(bytes.subarray(9, 25))
  return { kind: 'session', persistent: flags !== SESSION, created, slid: second, id, json }
}

function verdict(keyId: string, plain: Bytes): Verdict {
  const content = decodeContent(plain)
  return content === undefined ? { ok: false, reason: 'malformed' } : { ok: true, keyId, content }
}

async function bySecretId(secrets: readonly Bytes[], keyId: string): Promise<Bytes | undefined> {
  const ids = await Promise.all(secrets.map(keyIdOf))
  return secrets[ids.indexOf(keyId)]
}

async function derive(secret: Bytes, salt: Bytes, info: string, length: number): Promise<Bytes> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt, info: secretBytes(info) }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, length * 8))
}

async function importAes(key: Bytes): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function importHmac(key: Bytes): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}
