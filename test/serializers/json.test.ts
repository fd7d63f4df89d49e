import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { json, parseJson } from '../../src/serializers/json.ts'
import { MAXIMUM_DEPTH, nullObject, plainCopy } from '../../src/serializers/plain.ts'
import type { JsonObject } from '../../src/serializers/serializer.ts'

/** Frozen and empty, and not null because V8 is slow with that. */
const emptyPrototype: unknown = Object.getPrototypeOf(nullObject())
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype']

/** Keys that are properties of every object literal, and Unicode of all planes, half surrogate pairs included. */
const keys = fc.oneof(
  fc.constantFrom('toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'length', 'toJSON', '', '0', '-1', ' '),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe00f }).map((unit) => String.fromCharCode(unit)), maxLength: 4 }),
)
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e21, 1e-7, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
)
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(fc.string({ unit: 'binary' }), keys, numbers, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 5, noNullPrototype: false }),
  ),
}))
const objects = fc.dictionary(keys, values, { maxKeys: 6 })

/** Every object in `value`, itself included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

function nested(depth: number, kind: 'array' | 'object'): string {
  return kind === 'array' ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
}

describe('session data', () => {
  test('comes back from its JSON exactly as it went in', () => {
    fc.assert(
      fc.property(objects, (data) => {
        const copy = plainCopy(data, 'session') as JsonObject // as: a copy of an object is one
        const text = json.dump(copy)
        const loaded = json.load(text)
        expect(json.dump(loaded)).toBe(text)
        expect(loaded).toEqual(JSON.parse(JSON.stringify(data)))
        expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })

  test('has no prototypes when it comes back, on any level', () => {
    fc.assert(
      fc.property(objects, (data) => {
        const loaded = json.load(JSON.stringify(data))
        for (const object of objectsIn(loaded)) {
          expect(Object.getPrototypeOf(object)).toBe(Array.isArray(object) ? Array.prototype : emptyPrototype)
        }
      }),
    )
  })

  test('holds names like toString as keys, and does not hold them otherwise', () => {
    const loaded = json.load('{"toString":1,"nested":{"hasOwnProperty":"x"}}')
    expect(loaded['toString']).toBe(1)
    expect(json.load('{}')['toString']).toBeUndefined()
    expect('valueOf' in json.load('{}')).toBe(false)
  })

  test('is an object and nothing else', () => {
    for (const text of ['[]', '[{}]', '"{}"', '1', 'true', 'null', '""']) {
      expect(() => json.load(text)).toThrow(SyntaxError)
      expect(() => parseJson(text)).not.toThrow()
    }
  })

  test('is strict JSON: nothing that JavaScript would forgive', () => {
    for (const text of [
      ['', ' ', '{', '}', '{}{}', '{},', "{'a':1}", '{a:1}', '{"a":1,}', '{"a":01}', '{"a":.5}', '{"a":+1}'],
      ['{"a":NaN}', '{"a":Infinity}', '{"a":undefined}', '{"a":0x10}', '{"a":1n}', '{"a":"\t"}', '{"a":"\\x41"}'],
      ['// x\n{}', '{/* x */}', '\ufeff{}', '{}\0', '{"a":1}x', '{"a"}', '{"a":}', '{"a":"}'],
    ].flat()) {
      expect(() => json.load(text)).toThrow(SyntaxError)
    }
  })

  test('refuses keys that reach prototypes, however deep and however spelled', () => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    for (const key of [...PROTOTYPE_KEYS, '\\u005f_proto__', 'c\\u006fnstructor', 'prot\\u006ftype']) {
      for (const text of [
        `{"${key}":1}`,
        `{"${key}":{"polluted":true}}`,
        `{"a":{"${key}":null}}`,
        `{"a":[[{"b":{"${key}":{}}}]]}`,
        `{"x":1,"${key}":{"polluted":true},"x":2}`,
      ]) {
        expect(() => json.load(text)).toThrow(SyntaxError)
        expect(() => parseJson(`[${text}]`)).toThrow(SyntaxError)
      }
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    expect('polluted' in {}).toBe(false)
  })

  test('takes names that only look like those', () => {
    for (const key of ['proto', '_proto_', '__proto', 'Constructor', 'constructor ', 'prototypes', '__PROTO__']) {
      expect(Object.keys(json.load(JSON.stringify({ [key]: 1 })))).toEqual([key])
    }
  })

  test('may nest 100 containers, whatever they are, and not one more', () => {
    expect(MAXIMUM_DEPTH).toBe(100)
    for (const kind of ['array', 'object'] as const) {
      expect(() => parseJson(nested(100, kind))).not.toThrow()
      expect(() => parseJson(nested(101, kind))).toThrow(SyntaxError)
      expect(() => json.load(`{"a":${nested(99, kind)}}`)).not.toThrow()
      expect(() => json.load(`{"a":${nested(100, kind)}}`)).toThrow(SyntaxError)
    }
  })

  test('nested 10,000 or a million deep is refused, and does not exhaust the stack', () => {
    for (const depth of [10_000, 1_000_000]) {
      for (const kind of ['array', 'object'] as const) {
        expect(() => json.load(`{"a":${nested(depth, kind)}}`)).toThrow(SyntaxError)
      }
    }
  })

  test('refuses numbers that no double holds, which would come back as Infinity', () => {
    for (const number of ['1e400', '-1e400', `1${'0'.repeat(400)}`]) {
      expect(() => json.load(`{"expires":${number}}`)).toThrow(SyntaxError)
      expect(() => parseJson(`[[${number}]]`)).toThrow(SyntaxError)
      expect(() => parseJson(number)).toThrow(SyntaxError)
    }
    expect(json.load('{"tiny":1e-400,"large":1.7976931348623157e308}')['large']).toBe(Number.MAX_VALUE)
  })

  test('never shows its content in the error that refuses it', () => {
    for (const text of [
      '{"__proto__":"hunter2"}',
      `{"a":${nested(200, 'array').replace('[]', '["hunter2"]')}}`,
      '["hunter2"]',
    ]) {
      expect(() => json.load(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
      )
    }
  })
})

test('keys that somebody gave to every object do not get into the data', () => {
  const polluted = Object.prototype as { everywhere?: boolean }
  polluted.everywhere = true // oxlint-disable-line no-extend-native -- that is what is tested
  try {
    expect(Object.keys(json.load('{"a":{"b":1}}'))).toEqual(['a'])
    expect(JSON.stringify(json.load('{"a":{"b":1}}'))).toBe('{"a":{"b":1}}')
  } finally {
    delete polluted.everywhere
  }
})
