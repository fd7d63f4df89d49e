import { hash } from 'node:crypto'
import { isBytes } from '../bytes.ts'

const MINIMUM_BYTES = 32
const PASSPHRASE = 'a passphrase is guessable, random bytes are not'
const PUBLISHED = 'stands in a documentation page, where everybody can read it'

/** Secrets that stand in documentation, ours and others', as `letters()` leaves them. Whoever runs with one shares it with every reader. */
const EXAMPLES: readonly string[] = [
  'complexpasswordatleast32characterslong',
  'averylogphrasebiggerthanthirtytwochars',
  'asecretwithatleast32characters',
  'keyboardcat',
  '0123456789abcdef0123456789abcdef',
  'f00dbabef00dbabef00dbabef00dbabe',
  '5f2b8d1c9e7a4036b5d8e1f2a3c4967085e6d7c8b9a0f1e2d3c4b5a697887960',
]

/**
 * What stands where a secret should, and what people put there. Of eight letters at least: one of them is in one of ten million
 * random secrets.
 */
const PLACEHOLDERS: readonly string[] =
  'changeme changethis changeit pleasechange replaceme replacethis replacewith placeholder yoursecret yoursession yoursuper yourpassword insertyour secrethere secretkey sessionsecret cookiesecret supersecret mysecret verysecret password passphrase insecure donotuse developmentsecret testsecret examplesecret randombytes randomstring randomcharacters correcthorse batterystaple qwertyui asdfghjk letmeinl deadbeef cafebabe loremipsum'.split(
    ' ',
  )

/** Words whose digest is as well known as they are. */
const HASHED_WORDS: readonly string[] = [
  '',
  'secret',
  'password',
  'test',
  'changeme',
  'keyboard cat',
  'admin',
  '123456',
]

/**
 * Why something is no secret that nobody can guess, as the end of a sentence; or `undefined` where it may be one. Text and bytes
 * pass the same checks: bytes that are text, in UTF-8 or UTF-16, are looked at as text, and so is text that is the hexadecimal or
 * base64 form of other text. One in a million of random secrets is refused, at most.
 */
export function findWeakness(input: unknown): string | undefined {
  if (input === undefined || input === null) return `is ${String(input)} (is its environment variable set?)`
  if (typeof input === 'string') return findTextWeakness(input)
  if (!isBytes(input)) return `is a value of type ${typeof input}, expected text or bytes`
  const bytes = Buffer.from(input)
  const text = textIn(bytes)
  if (text !== undefined && text.length * 2 >= MINIMUM_BYTES) return findTextWeakness(text)
  if (bytes.length < MINIMUM_BYTES) return `has ${bytes.length} bytes, at least ${MINIMUM_BYTES} are needed`
  return findBytesWeakness(bytes) ?? findRepetition(bytes)
}

function findTextWeakness(text: string): string | undefined {
  if (text === '') return 'is empty'
  const plain = letters(text)
  if (EXAMPLES.some((example) => plain.includes(example))) return PUBLISHED
  const isHex = /^[0-9a-f]+$/i.test(text)
  if (isHex) {
    if (text.length < 2 * MINIMUM_BYTES) {
      return `has ${text.length} hexadecimal characters, at least ${2 * MINIMUM_BYTES} (${MINIMUM_BYTES} bytes) are needed`
    }
  } else if (text.length < 43) {
    return `has ${text.length} characters, at least 43 of base64url or 64 hexadecimal ones (${MINIMUM_BYTES} random bytes) are needed`
  } else if (!/^[\w+/-]+={0,2}$/.test(text)) {
    return `has characters outside hex and base64: ${PASSPHRASE}`
  } else if (!/[a-z]/.test(text) || !/[A-Z]/.test(text)) {
    // 43 characters of base64 without a capital are a 10⁻¹⁰ event; words with dashes between them are not.
    return `is no base64, which mixes capitals and small letters: ${PASSPHRASE}`
  }
  if (PLACEHOLDERS.some((word) => plain.includes(word))) return `has words of a placeholder in it: ${PASSPHRASE}`
  const repetition = findRepetition(Buffer.from(text))
  if (repetition !== undefined) return repetition
  if (hasWords(text)) return `is made of words: ${PASSPHRASE}`
  if (!/[a-z]/i.test(text)) return 'has digits alone, where hexadecimal has letters, too: it is not random'
  return findBytesWeakness(Buffer.from(text, isHex ? 'hex' : 'base64'))
}

/** Of bytes as they are, or as a text spells them. */
function findBytesWeakness(bytes: Buffer): string | undefined {
  const text = textIn(bytes)
  if (text !== undefined && findTextWeakness(text) !== undefined) return `is other text in disguise: ${PASSPHRASE}`
  const [hex, base64] = [bytes.toString('hex'), letters(bytes.toString('base64'))]
  if (EXAMPLES.some((example) => example === hex || example === base64)) return PUBLISHED
  for (const word of HASHED_WORDS) {
    if (bytes.equals(hash('sha256', word, 'buffer')) || bytes.equals(hash('sha512', word, 'buffer'))) return PUBLISHED
  }
  return undefined
}

/** The text that bytes are, in UTF-8 or UTF-16. Of 32 random bytes one in 10¹¹ is. */
function textIn(bytes: Buffer): string | undefined {
  const isWide = bytes.filter((byte) => byte === 0).length > bytes.length / 3
  if (!isWide && bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return undefined
  for (const encoding of isWide ? ['utf-16le', 'utf-16be'] : ['utf-8']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
      const other = isWide ? /[^\t\r\n\x20-\x7e]/ : /[^\P{C}\t\r\n]/u
      if (text !== '' && !other.test(text)) return text
    } catch {
      continue // not of that encoding
    }
  }
  return undefined
}

/** Lower case, without what separates words. */
function letters(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Small letters beside small letters: a sixth of the pairs in base64, most of them in words. One in 10⁷ random secrets has so many. */
function hasWords(text: string): boolean {
  const share = (text.match(/[a-z](?=[a-z])/g)?.length ?? 0) / (text.length - 1)
  return share >= 0.72 || (share >= 0.57 && /^[a-z]+$/i.test(text))
}

/** 32 random bytes pass this with all but certainty: fewer than 10 different symbols in 64 hex digits is a 10⁻¹² event. */
function findRepetition(symbols: Uint8Array): string | undefined {
  const different = new Set(symbols).size
  if (different === 1) return 'is one character repeated'
  if (different < 10) return `has only ${different} different characters, so it is not random`
  for (let period = 1; period <= symbols.length - 16; period++) {
    let same = 0
    for (let at = period; at < symbols.length; at++) if (symbols[at] === symbols[at - period]) same++
    if (same >= 0.75 * (symbols.length - period)) return 'is a short text repeated'
  }
  let steps = 0
  for (let at = 1; at < symbols.length; at++) if (Math.abs((symbols[at] ?? 0) - (symbols[at - 1] ?? 0)) <= 2) steps++
  return steps >= 0.75 * (symbols.length - 1) ? 'is a sequence, not random' : undefined
}
