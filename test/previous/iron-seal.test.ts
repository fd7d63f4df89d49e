import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import { defaults, seal as hapiSeal } from '@hapi/iron'
import fc from 'fast-check'
import { sealData as sealWith9 } from 'iron-session'
import { sealData as sealWith8 } from 'iron-session8'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { checkPassword, type IronPassword } from '../../src/previous/iron-password.ts'
import { openIronSeal, type OpenedIronSeal } from '../../src/previous/iron-seal.ts'
import { FakeClock } from '../support/visitor.ts'
import vectors from './vectors.json' with { type: 'json' }
import { atTheBeginning, PASSWORD, seal } from './world.ts'

/** How often keys were derived, and with which number of iterations. */
const derivations = vi.hoisted((): number[] => [])

vi.mock(import('node:crypto'), async (load) => {
  const crypto = await load()
  return {
    ...crypto,
    pbkdf2Sync: (...args: Parameters<typeof crypto.pbkdf2Sync>) => {
      derivations.push(args[2])
      return crypto.pbkdf2Sync(...args)
    },
  }
})

beforeEach(() => void (derivations.length = 0))

const NOW = new FakeClock().now()

function open(
  text: string,
  { password = PASSWORD, now = NOW }: { password?: IronPassword; now?: number } = {},
): OpenedIronSeal {
  return openIronSeal(text, checkPassword(password), 1, now)
}

const refused = (reason: string): object => ({ ok: false, reason })

describe('a seal of the real library opens', () => {
  test.each(vectors.seals)('iron-session $version, seal $#', ({ data, expires, id, seal: text }) => {
    const password = id === undefined ? vectors.password : { [id]: vectors.password }
    expect(open(text, { password })).toEqual({ ok: true, data, expires })
  })

  test.each([
    ['iron-session 8', sealWith8],
    ['iron-session 9', sealWith9],
  ])('%s, whatever JSON the session is', async (_, sealData) => {
    const sessions = fc
      .dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }))
      .filter((data) => !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(data)))
    await fc.assert(
      fc.asyncProperty(sessions, async (data) => {
        const kept: unknown = JSON.parse(JSON.stringify(data))
        const opened = open(await atTheBeginning(() => sealData(data, { password: PASSWORD, ttl: 60 })))
        expect(opened.ok && JSON.parse(JSON.stringify(opened.data))).toEqual(kept)
        expect(opened.ok && opened.expires).toBe(NOW + 60_000)
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['iron-session 8', sealWith8],
    ['iron-session 9', sealWith9],
  ])('%s, with each password of a rotation, by the id that the seal names', async (_, sealData) => {
    const before = await sealData({ accountId: 7 }, { password: { 1: PASSWORD } })
    const password = { 1: PASSWORD, 2: 'the passphrase of the rotation after' }
    const after = await sealData({ accountId: 8 }, { password })
    expect(open(before, { password })).toMatchObject({ ok: true, data: { accountId: 7 } })
    expect(open(after, { password })).toMatchObject({ ok: true, data: { accountId: 8 } })
    expect(open(before, { password: { 2: password[2] } })).toEqual(refused('unknown-secret'))
    expect(open(before, { password: { 1: password[2] } })).toEqual(refused('tampered'))
  })

  test('@hapi/iron, without an id and with one', async () => {
    const data = { accountId: 7, note: 'é😀' }
    expect(open(await hapiSeal(data, PASSWORD, defaults))).toMatchObject({ ok: true, data, expires: undefined })
    const named = await hapiSeal(data, { id: 'a1', secret: PASSWORD }, defaults)
    expect(open(named, { password: { a1: PASSWORD } })).toMatchObject({ ok: true, data })
    expect(open(named, { password: { default: PASSWORD } })).toEqual(refused('unknown-secret'))
    expect(open(await hapiSeal(data, PASSWORD, defaults), { password: { default: PASSWORD } })).toMatchObject({ data })
  })
})

describe('the end that is sealed in', () => {
  test('counts, with a minute for clocks that differ, as iron has it', async () => {
    const text = await seal({ accountId: 7 }, { ttl: 3600 })
    const end = NOW + 3600_000
    expect(open(text, { now: end + 59_999 })).toMatchObject({ ok: true, expires: end })
    expect(open(text, { now: end + 60_000 })).toEqual(refused('expired-absolute'))
  })

  test('of a stranger is no expired cookie: it is looked at once the seal is known to be authentic', async () => {
    const text = (await seal({ accountId: 7 })).replace(/\*\d{13}\*/, '*1*')
    expect(open(text)).toEqual(refused('tampered'))
  })
})

describe('what was tampered with does not open', () => {
  test("every character of a seal changed to every other kind, the ~2 alone is anybody's", async () => {
    const text = await seal({ accountId: 7 })
    const end = text.indexOf('~')
    for (let at = 0; at < end; at++) {
      for (const other of ['A', 'b', '0', '-', '*', '.', '~', '%', '\u0141']) {
        if (text[at] === other) continue
        expect(open(text.slice(0, at) + other + text.slice(at + 1))).toMatchObject({ ok: false })
      }
    }
    const data = { accountId: 7 }
    expect(open(text.slice(0, end))).toMatchObject({ data })
    expect(open(text.replace('~2', '~1'))).toMatchObject({ data })
    expect(open(text.replace('~2', '~'))).toMatchObject({ data })
    for (const rest of ['~2~2', '~x', '~2 ', '\n'])
      expect(open(text.slice(0, end) + rest)).toEqual(refused('malformed'))
  })

  test('every part cut short, left out, given twice or taken from another seal', async () => {
    const [one, two] = [await seal({ accountId: 1 }), await seal({ accountId: 2 })].map((text) =>
      text.replace('~2', '').split('*'),
    )
    for (const [at, part] of (one ?? []).entries()) {
      const variants = ['', part.slice(1), part + part, two?.[at] ?? ''].filter((variant) => variant !== part)
      for (const variant of variants) {
        const text = (one ?? []).with(at, variant).join('*')
        expect(open(text)).toMatchObject({ ok: false })
      }
      expect(open((one ?? []).toSpliced(at, 1).join('*'))).toEqual(refused('malformed'))
    }
  })

  test('base64url that is written otherwise: other bits in the last character, padding, the other alphabet', async () => {
    const text = (await seal({ accountId: 7 })).replace('~2', '')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const next = alphabet[(alphabet.indexOf(text.at(-1) ?? '') ^ 1) & 63] ?? ''
    expect(open(text.slice(0, -1) + next)).toEqual(refused('malformed'))
    expect(open(`${text}=`)).toEqual(refused('malformed'))
  })
})

describe('what is authentic and holds no session is refused too', () => {
  test.each([
    ['no object', '7'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no JSON', 'undefined'],
    ['nothing', ''],
    ['a key that reaches prototypes', '{"a":{"__proto__":{}}}'],
    ['a number that nobody could write again', '{"a":1e400}'],
    ['nesting without end', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`],
  ])('%s', (_, json) => {
    expect(open(minted(json))).toEqual(refused('malformed'))
  })

  test('and what is one does open, so that the seals above are authentic', () => {
    expect(open(minted('{"accountId":7}'))).toMatchObject({ ok: true, data: { accountId: 7 } })
  })

  test('a ciphertext that is no whole number of blocks, or whose padding is wrong', () => {
    expect(open(minted('{}', { ciphertext: Buffer.alloc(15) }))).toEqual(refused('malformed'))
    expect(open(minted('{}', { ciphertext: Buffer.alloc(32) }))).toEqual(refused('malformed'))
  })
})

describe('strangers', () => {
  test('never make it throw, and never get in: any text, and any text in the shape of a seal', async () => {
    const text = await seal({ accountId: 7 })
    const parts = text.split('*')
    const part = fc.oneof(
      fc.constantFrom(...parts, '', '*', '~2'),
      fc.string(),
      fc.string({ unit: 'grapheme', maxLength: 1000 }),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { minLength: 8, maxLength: 8 }).map((all) => all.join('*')),
        ),
        (given) => {
          const opened = open(given)
          expect(opened.ok).toBe(given === text || given === text.replace('~2', ''))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['nothing', ''],
    ['four thousand characters', 'A'.repeat(4096)],
    [
      'a ciphertext of four thousand characters without a MAC',
      `Fe26.2*1*${'0'.repeat(64)}*${'A'.repeat(22)}*${'A'.repeat(3900)}`,
    ],
    [
      'a salt of three thousand characters',
      `Fe26.2*1*${'0'.repeat(3000)}*${'A'.repeat(22)}*AAAA**${'0'.repeat(64)}*${'A'.repeat(43)}`,
    ],
    ['three thousand stars', '*'.repeat(3000)],
    [
      'an end of a thousand digits',
      `Fe26.2*1*${'0'.repeat(64)}*${'A'.repeat(22)}*AAAA*${'9'.repeat(1000)}*${'0'.repeat(64)}*${'A'.repeat(43)}`,
    ],
    ['another version', `Fe26.3*1*${'0'.repeat(64)}*${'A'.repeat(22)}*AAAA**${'0'.repeat(64)}*${'A'.repeat(43)}`],
  ])('cost no key with %s', (_, text) => {
    expect(open(text)).toEqual(refused('malformed'))
    expect(derivations).toEqual([])
  })

  test('cost no key with the id of a password that is not there, and one, of a single iteration, with the right shape', () => {
    const shape = (id: string): string =>
      `Fe26.2*${id}*${'0'.repeat(64)}*${'A'.repeat(22)}*${'A'.repeat(3800)}*99999*${'0'.repeat(64)}*${'A'.repeat(43)}`
    expect(open(shape('8192'), { password: { 1: PASSWORD } })).toEqual(refused('unknown-secret'))
    expect(open(shape('__proto__'), { password: { 1: PASSWORD } })).toEqual(refused('unknown-secret'))
    expect(derivations).toEqual([])
    expect(open(shape('1'), { password: { 1: PASSWORD } })).toEqual(refused('tampered'))
    expect(derivations).toEqual([1])
  })
})

/** A seal that is authentic whatever it holds; with a ciphertext of its own, one that nobody encrypted. */
function minted(json: string, { ciphertext }: { ciphertext?: Buffer } = {}): string {
  const salt = 'ab'.repeat(32)
  const key = pbkdf2Sync(PASSWORD, salt, 1, 32, 'sha1')
  const iv = Buffer.alloc(16, 7)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const encrypted = ciphertext ?? Buffer.concat([cipher.update(json), cipher.final()])
  const body = ['Fe26.2', '1', salt, iv.toString('base64url'), encrypted.toString('base64url'), ''].join('*')
  return `${body}*${salt}*${createHmac('sha256', key).update(body).digest('base64url')}`
}
