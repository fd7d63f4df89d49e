import assert from 'node:assert/strict'
import { createSealer } from 'coatcheck'
import { SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

const sealer = createSealer({ secrets: [SECRET], purpose: 'alphabet' })

/**
 * Each runtime has its own decoder of base64url, and all of them are more forgiving than a seal may be: where two texts open to
 * one seal, a text that was forbidden comes in under another spelling.
 */
export const alphabetCases: readonly RuntimeCase[] = [
  {
    name: 'of all 65,536 code units in one place of a seal, only the right one opens',
    check() {
      for (const text of texts()) {
        for (const at of [0, 3, 40, text.length - 2, text.length - 1]) {
          const opening: string[] = []
          for (let unit = 0; unit <= 0xffff; unit++) {
            const character = String.fromCharCode(unit)
            if (sealer.open(text.slice(0, at) + character + text.slice(at + 1)).ok) opening.push(character)
          }
          assert.deepEqual(opening, [text.charAt(at)], `place ${at} of ${text.length}`)
        }
      }
    },
  },
  {
    name: 'a seal with anything added, anywhere, does not open',
    check() {
      const added = [
        '=',
        '==',
        ' ',
        '\n',
        '\r\n',
        '\t',
        '\0',
        '+',
        '/',
        '.',
        ',',
        '%3D',
        'A',
        'AAAA',
        '\u00ad',
        '\u0141',
        '🧥',
      ]
      for (const text of texts()) {
        for (const more of added) {
          for (let at = 0; at <= text.length; at++) {
            assert.equal(
              sealer.open(text.slice(0, at) + more + text.slice(at)).ok,
              false,
              `${JSON.stringify(more)} at ${at}`,
            )
          }
        }
      }
    },
  },
  {
    name: 'a seal with anything cut off does not open',
    check() {
      for (const text of texts()) {
        for (let at = 0; at < text.length; at++) {
          assert.equal(sealer.open(text.slice(0, at)).ok, false, `the first ${at}`)
          assert.equal(sealer.open(text.slice(at + 1)).ok, false, `without the first ${at + 1}`)
          assert.equal(sealer.open(text.slice(0, at) + text.slice(at + 1)).ok, false, `without character ${at}`)
        }
      }
    },
  },
  {
    name: 'base64 in place of base64url does not open',
    check() {
      const unsafe = Array.from({ length: 50 }, () => sealer.seal('x')).filter((text) => /[-_]/.test(text))
      assert.ok(unsafe.length > 0)
      for (const text of unsafe) {
        assert.equal(sealer.open(text.replaceAll('-', '+').replaceAll('_', '/')).ok, false)
      }
    },
  },
]

/** Seals of all three lengths that base64url without padding has. */
function texts(): string[] {
  return ['', 'x', 'xy'].map((value) => sealer.seal(value))
}
