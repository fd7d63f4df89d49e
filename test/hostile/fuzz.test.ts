import { afterAll, expect, test } from 'vitest'
import { createSealer, type RefusedReason } from '../../src/index.ts'
import { fromBase64url, toBase64url } from '../sealing/independent-base64url.ts'
import { COMPACT_VECTORS, SIGNED_VECTORS } from '../vectors/vectors.ts'
import { commitNow } from '../support/commit-now.ts'
import {
  deserved,
  deservedSeal,
  deservedSigned,
  KEY_IDS,
  makeSessions,
  NAME,
  NOW,
  PREVIOUS,
  Random,
  RING,
  VALID,
  watchPrototypes,
} from './world.ts'
import { proof } from '../support/proof.ts'

const COOKIES = proof(220_000, 40_000)
const REQUESTS = proof(40_000, 8000)
const OTHERS = proof(30_000, 6000)

/** `FUZZ_SEED=… npm test` repeats a run exactly: the cookies that are mutated are vectors, and the clock stands. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
// oxlint-disable-next-line no-console -- a run that fails is repeated with it
console.log(`FUZZ_SEED=${seed}`)

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Without the session from the year 2106, which is authentic here and refused for another reason than any mutant. */
const SEALS = [...COMPACT_VECTORS, ...SIGNED_VECTORS]
  .filter((vector) => vector.name !== 'late session' && vector.name !== 'largest session')
  .map((vector) => vector.sealed)
const HOSTILE = [
  '',
  '=',
  '==',
  '%',
  '%00',
  '__proto__',
  'constructor',
  '\0',
  '; session=',
  ';session',
  '"',
  '\ud83e',
  '🧥',
]
const HOSTILE_CHARACTERS = '+/=%."\\ \t\n\r\0\x7f\u0080\u00ff\u0100\u0141\u2028\ud83e\udde5\uffff;,'

afterAll(watchPrototypes())

type Mutation = (text: string, random: Random) => string

/** Each knows something of what a seal is made of; most leave it well-formed, so that they reach the cryptography. */
const MUTATIONS: readonly Mutation[] = [
  function flipBit(text, random) {
    return editBytes(text, (bytes) => {
      const at = random.below(bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    })
  },
  function flipBitUpFront(text, random) {
    return editBytes(text, (bytes) => {
      const at = random.below(Math.min(34, bytes.length))
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    })
  },
  function overwriteBytes(text, random) {
    return editBytes(text, (bytes) => {
      const at = random.below(bytes.length)
      bytes.fill(random.pick([0, 1, 2, 3, 0x7f, 0x80, 0xff]), at, at + 1 + random.below(16))
    })
  },
  function swapFields(text, random) {
    return editBytes(text, (bytes) => {
      const [start, length] = random.pick(FIELDS)
      const other = fromBase64url(random.pick(SEALS))
      if (other !== undefined && start + length <= bytes.length) bytes.set(other.subarray(start, start + length), start)
    })
  },
  function spliceBytes(text, random) {
    const left = fromBase64url(text)
    const right = fromBase64url(random.pick(SEALS))
    if (left === undefined || right === undefined) return text
    return toBase64url(
      Uint8Array.of(...left.subarray(0, random.below(left.length)), ...right.subarray(random.below(right.length))),
    )
  },
  function spliceText(text, random) {
    const other = random.pick(SEALS)
    const at = random.below(text.length)
    return text.slice(0, at) + other.slice(random.below(2) === 0 ? at : random.below(other.length))
  },
  function truncate(text, random) {
    return random.below(2) === 0 ? text.slice(0, random.below(text.length)) : text.slice(random.below(text.length))
  },
  function changeCharacter(text, random) {
    const at = random.below(text.length)
    return text.slice(0, at) + random.pick(ALPHABET) + text.slice(at + 1)
  },
  function changeLastCharacter(text, random) {
    return text.slice(0, -1) + random.pick(ALPHABET)
  },
  function insert(text, random) {
    const at = random.below(text.length + 1)
    return text.slice(0, at) + randomText(random, ALPHABET, 1 + random.below(6)) + text.slice(at)
  },
  function insertHostile(text, random) {
    const at = random.below(text.length + 1)
    const what = random.below(2) === 0 ? random.pick(HOSTILE) : random.pick(HOSTILE_CHARACTERS)
    return text.slice(0, at) + what + text.slice(random.below(2) === 0 ? at : at + 1)
  },
  function lookAlike(text, random) {
    const at = random.below(text.length)
    const foreign = String.fromCharCode((text.charCodeAt(at) + 0x80 * (1 + random.below(500))) & 0xffff)
    return text.slice(0, at) + foreign + text.slice(at + 1)
  },
  function respell(text, random) {
    const bytes = Buffer.from(text, 'base64url')
    const spellings = [
      bytes.toString('base64'),
      bytes.toString('hex'),
      `${text}=`,
      ` ${text}`,
      text.toLowerCase(),
      `${text} `,
    ]
    return random.pick(spellings)
  },
  function repeat(text, random) {
    return text.repeat(2 + random.below(40))
  },
  function randomSeal(_, random) {
    const bytes = randomBytes(random, 30 + random.below(150))
    bytes.set(random.pick(HEADS).slice(0, bytes.length))
    return toBase64url(bytes)
  },
  function randomBase64url(_, random) {
    return randomText(random, ALPHABET, random.below(300))
  },
  function randomLatin1(_, random) {
    return Buffer.from(randomBytes(random, random.below(300))).toString('latin1')
  },
  function randomUnicode(_, random) {
    return String.fromCharCode(...Array.from({ length: random.below(150) }, () => random.below(0x1_0000)))
  },
]

/** Where the fields of a seal begin, and how long they are: version, key id, salt, nonce, and all of the first three. */
const FIELDS = [
  [0, 1],
  [1, 4],
  [5, 16],
  [21, 12],
  [0, 21],
  [33, 16],
] as const satisfies readonly (readonly [number, number])[]

/** What a seal may begin with: each version, with and without a key id of ours. */
const HEADS: readonly number[][] = [
  [],
  [1],
  [2],
  ...SEALS.map((text) => [...(fromBase64url(text) ?? [])].slice(0, 5)),
  ...SEALS.map((text) => [...(fromBase64url(text) ?? [])].slice(0, 21)),
]

function editBytes(text: string, edit: (bytes: Uint8Array) => void): string {
  const bytes = fromBase64url(text)
  if (bytes === undefined || bytes.length === 0) return text
  edit(bytes)
  return toBase64url(bytes)
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256))
}

function randomText(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => random.pick(alphabet)).join('')
}

/** One to three mutations of a seal; mostly of one that opens. */
function mutant(random: Random, seals: readonly string[]): string {
  let text = random.below(4) === 0 ? random.pick(SEALS) : random.pick(seals)
  // Repetitions of repetitions would take all the time there is.
  for (let left = 1 + random.below(3); left > 0 && text.length > 0 && text.length < 6000; left--) {
    text = random.pick(MUTATIONS)(text, random)
  }
  return text
}

test(`${COOKIES.toLocaleString('en')} mutated cookies open only when they are a valid one, and are refused for the right reason`, () => {
  const wrong: string[] = []
  const sessions = makeSessions()
  const random = new Random(seed)
  const valid = new Set(VALID)
  const seen = new Map<RefusedReason | 'opened', number>()
  for (let count = 0; count < COOKIES; count++) {
    const text = mutant(random, VALID)
    const opened = sessions.open(text)
    const outcome = opened.ok ? 'opened' : opened.reason
    const expected = valid.has(text) ? 'opened' : deserved(text)
    if (outcome !== expected) wrong.push(`${JSON.stringify(text)} was ${outcome}, not ${expected} (FUZZ_SEED=${seed})`)
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
  }
  expect(wrong.slice(0, 3)).toEqual([])
  // Each reason that a value can have by itself must have come up often, or the mutations test nothing.
  const often = [...seen].filter(([, count]) => count > COOKIES / 200).map(([outcome]) => outcome)
  expect(often).toEqual(expect.arrayContaining(['malformed', 'tampered', 'unknown-secret', 'too-large']))
})

test(`${REQUESTS.toLocaleString('en')} requests with mutated Cookie headers give the session that is in them, or an empty one`, () => {
  const wrong: string[] = []
  const sessions = makeSessions()
  const random = new Random(seed + 1)
  const valid = new Set(VALID)
  for (let count = 0; count < REQUESTS; count++) {
    const header = Array.from({ length: 1 + random.below(3) }, () => `${NAME}=${mutant(random, VALID)}`).join('; ')
    const exchange = sessions.begin({}, { cookieHeader: header, isSecure: () => true })
    const { session } = exchange
    // What a reader of RFC 6265 §4.2.1 finds: pairs between semicolons, blanks around the value stripped.
    const values = header
      .split(';')
      .flatMap((pair) => /^[ \t]*session[ \t]*=[ \t]*([^]*?)[ \t]*$/.exec(pair)?.[1] ?? [])
    const found = new Set(values.filter((value) => valid.has(value)))
    const opened = session.refused === undefined
    const data = Object.keys(session).length
    const { setCookie, vary, noStore } = commitNow(exchange)
    const resealed = found.size === 1 && found.has(PREVIOUS.sealed)
    const plainResponse = setCookie.length === (resealed ? 1 : 0) && vary && noStore === resealed
    if (opened !== (found.size === 1) || (!opened && data > 0) || !plainResponse) {
      wrong.push(`${JSON.stringify(header)} was ${session.refused ?? 'opened'} (FUZZ_SEED=${seed})`)
    }
  }
  expect(wrong.slice(0, 3)).toEqual([])
})

test(`${OTHERS.toLocaleString('en')} mutated jar cookies of each kind are undefined unless they are a valid one`, () => {
  const wrong: string[] = []
  const reasons: RefusedReason[] = []
  const sessions = makeSessions({ onEvent: (event) => event.type === 'refused' && reasons.push(event.reason) })
  const random = new Random(seed + 2)
  const cookies = [
    {
      view: 'encrypted',
      name: 'device',
      valid: COMPACT_VECTORS.filter(({ purpose }) => purpose === 'cookie.device'),
      deserves: deserved,
    },
    {
      view: 'signed',
      name: 'theme',
      valid: SIGNED_VECTORS.filter(({ purpose }) => purpose === 'cookie.theme'),
      deserves: deservedSigned,
    },
  ] as const
  for (const { view, name, valid, deserves } of cookies) {
    const seals = valid.map((vector) => vector.sealed)
    for (let count = 0; count < OTHERS; count++) {
      // A header is split and stripped first; the values that arrive are what is asked about.
      const text = mutant(random, seals).replaceAll(';', ':').trim()
      const { jar } = sessions.begin({}, { cookieHeader: `${name}=${text}`, isSecure: () => true })
      const value = jar[view].get(name)
      const known = valid.find((vector) => vector.sealed === text)
      const expected = known !== undefined && KEY_IDS.has(known.keyId) ? undefined : deserves(text, name)
      if ((value === undefined ? reasons.pop() : undefined) !== expected) {
        wrong.push(`${view} ${JSON.stringify(text)} was not ${expected ?? 'opened'} (FUZZ_SEED=${seed})`)
      }
    }
  }
  expect(wrong.slice(0, 3)).toEqual([])
})

test(`${OTHERS.toLocaleString('en')} mutated sealed values do not open unless they are a valid one`, () => {
  const sealer = createSealer({ secrets: RING, purpose: 'magic-link', clock: () => NOW * 1000 })
  const valid = COMPACT_VECTORS.filter(({ purpose }) => purpose === 'magic-link').map(({ sealed }) => sealed)
  const wrong: string[] = []
  const random = new Random(seed + 3)
  for (let count = 0; count < OTHERS; count++) {
    const text = mutant(random, valid)
    const opened = sealer.open(text)
    const outcome = opened.ok ? 'opened' : opened.reason
    const expected = valid.includes(text) ? 'opened' : deservedSeal(text)
    if (outcome !== expected) wrong.push(`${JSON.stringify(text)} was ${outcome}, not ${expected} (FUZZ_SEED=${seed})`)
  }
  expect(wrong.slice(0, 3)).toEqual([])
})
