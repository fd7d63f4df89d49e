import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderReport } from '../../src/cli/render-report.ts'
import { createSessions } from '../../src/index.ts'
import { inspectCookie, type CookieReport, type InspectOptions } from '../../src/inspect/index.ts'
import { railsFormat } from '../../src/rails/index.ts'
import { SECRET } from '../support/visitor.ts'
import { clock, envelope, NAME, sealPlaintext, SECRET_KEY_BASE, session, signedHere } from './foreign.ts'

const rails = { secretKeyBase: SECRET_KEY_BASE, defaults: '8.1' } as const
const ours = createSessions<{ a: number }>({ name: NAME, secrets: [SECRET], clock })
const theirs = createSessions({ name: NAME, format: railsFormat(rails), clock })

const REAL = [ours.seal({ a: 1 }), sealPlaintext(envelope(session(',"a":1'))), signedHere('x')]
const WAYS: readonly Partial<InspectOptions>[] = [
  { secrets: [SECRET] },
  { rails },
  { rails: { ...rails, version: '7.0', defaults: '5.2' } },
  { rails, kind: 'signed' },
  { secrets: undefined },
]

/** Explains in every way, and prints it; gives the first two reports. */
function lookEveryWay(text: string): CookieReport[] {
  const reports = WAYS.map((way) =>
    inspectCookie(text, { name: NAME, clock, allVersions: true, showValues: true, ...way }),
  )
  for (const report of reports) {
    // Only line breaks of our own: nothing of a cookie moves a terminal's cursor.
    expect(renderReport(report)).toMatch(/^(?:[^\p{C}]|\n)*$/u)
  }
  return reports
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 300 }),
  fc.base64String({ maxLength: 300 }),
)
const pieces = fc.array(
  fc.oneof(text, fc.constantFrom('--', '%', '+', '=', '"', '; ', 'Cookie: ', `${NAME}=`, '{"_rails":', ...REAL)),
  { maxLength: 8 },
)

/** A real cookie of which one stretch is replaced, or that ends too early. */
const mutated = fc
  .tuple(fc.constantFrom(...REAL), fc.nat(400), fc.nat(8), fc.oneof(text, fc.constant('')))
  .map(([real, at, length, put]) => real.slice(0, at) + put + real.slice(at + length))
const truncated = fc.tuple(fc.constantFrom(...REAL), fc.nat(400)).map(([real, length]) => real.slice(0, length))

test('whatever text comes, it is explained, and never accepted where opening refuses it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        pieces.map((list) => list.join('')),
        mutated,
        truncated,
      ),
      (input) => {
        lookEveryWay(input)
        const value = `Cookie: ${NAME}=${input.replaceAll(/[;\s]/g, '')}`
        const [compact, message] = lookEveryWay(value)
        const header = value.slice('Cookie: '.length)
        expect(refusedReason(compact)).toBe(ours.read(header).refused)
        expect(refusedReason(message)).toBe(theirs.read(header).refused)
      },
    ),
    { numRuns: 400 },
  )
})

function refusedReason(report: CookieReport | undefined): string | undefined {
  return report?.verdict.ok === false ? report.verdict.reason : undefined
}

/** What a holder of the key could have sealed: JSON and bytes of every kind, in an envelope or bare. */
const payload = fc.oneof(
  fc.json(),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.of(0x04, 0x08), bytes])),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.of(0xcc, 0x80), bytes])),
  fc.nat(2000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
  fc.json().map((value) => session(`,"flash":${value},"_csrf_token":${value},"__proto__":${value}`)),
  fc.json().map((value) => `{"session_id":${value}}`),
)
const plaintext = fc.oneof(
  payload,
  fc.tuple(payload, fc.jsonValue(), fc.jsonValue()).map(([inner, exp, pur]) => envelope(inner, { exp, pur })),
  fc.tuple(fc.json(), fc.json()).map(([message, exp]) => `{"_rails":{"message":${message},"exp":${exp}}}`),
  fc.json().map((value) => `{"_rails":${value}}`),
)

test('whatever the key has sealed, it is explained, and accepted where opening accepts it', () => {
  fc.assert(
    fc.property(plaintext, (sealed) => {
      fc.pre(sealed.length > 0)
      const value = sealPlaintext(sealed)
      const [, message] = lookEveryWay(`${NAME}=${value}`)
      expect(message?.rails?.opened?.by).toBe('current')
      expect(refusedReason(message)).toBe(theirs.read(`${NAME}=${value}`).refused)
    }),
    { numRuns: 400 },
  )
})
