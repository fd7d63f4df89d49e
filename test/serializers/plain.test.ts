import { inspect } from 'node:util'
import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SessionError } from '../../src/errors.ts'
import { nullObject, pathTo, plainCopy } from '../../src/serializers/plain.ts'

class Account {
  readonly id = 7
  readonly password = 'hunter2'
}
class List extends Array<unknown> {
  toJSON(): string {
    return 'something else'
  }
}
class Unnamed {
  static {
    Object.defineProperty(this, 'name', { value: '' })
  }
}

function refusal(value: unknown, maxDepth?: number): SessionError {
  try {
    plainCopy(value, 'session.x', maxDepth)
  } catch (error) {
    if (error instanceof SessionError) return error
    throw error
  }
  throw new Error('was copied')
}

function cycle(): object {
  const inner: Record<string, unknown> = {}
  const outer = { inner }
  inner['back'] = outer
  return outer
}

const REFUSED: readonly [string, unknown, RegExp][] = [
  ['a Date', new Date(), /is a Date.*toISOString/],
  ['a Map', new Map([['a', 'hunter2']]), /is a Map.*Object\.fromEntries/],
  ['a Set', new Set(['hunter2']), /is a Set.*\[\.\.\.set\]/],
  ['a WeakMap', new WeakMap(), /is a WeakMap/],
  ['bytes', new Uint8Array(4), /is an? Uint8Array.*base64url/],
  ['a Buffer', Buffer.from('hunter2'), /is a Buffer.*base64url/],
  ['an ArrayBuffer', new ArrayBuffer(4), /is an ArrayBuffer.*base64url/],
  ['a DataView', new DataView(new ArrayBuffer(4)), /is a DataView.*base64url/],
  ['a Promise', Promise.resolve('hunter2'), /is a Promise.*await/],
  ['an Error', new Error('hunter2'), /is an Error.*message/],
  ['a RegExp', /hunter2/, /is a RegExp/],
  ['a URL', new URL('https://example.test/hunter2'), /is an? URL/],
  ['a model', new Account(), /is an Account.*Store its id/],
  ['an instance of a class without a name', new Unnamed(), /is a class instance/],
  ['an object with another prototype', Object.create({ inherited: 'hunter2' }), /is an? /],
  ['a String object', Object('hunter2'), /is a String/],
  ['a Number object', Object(5), /is a Number/],
  ['a Symbol object', Object(Symbol('hunter2')), /is a Symbol/],
  ['a subclass of Array', List.from([1, 'hunter2']), /is a List/],
  ['a function', () => 'hunter2', /is a function/],
  ['a class', Account, /is a function/],
  ['a symbol', Symbol('hunter2'), /is a symbol/],
  ['a bigint', 12_345_678_901_234_567_890n, /is a bigint.*String\(value\)/],
  ['NaN', Number.NaN, /is NaN.*writes null/],
  ['Infinity', Number.POSITIVE_INFINITY, /is Infinity.*writes null/],
  ['-Infinity', Number.NEGATIVE_INFINITY, /is -Infinity.*writes null/],
  ['undefined in an array', [1, undefined], /session\.x.*\[1\] is undefined.*store null/],
  ['a sparse array', Object.assign(['hunter2'], { length: 3 }), /is a sparse array.*null/],
  ['an array with a property', Object.assign(['hunter2'], { total: 1 }), /is an array with named properties/],
  ['an array with as many holes as properties', Object.assign(['hunter2'], { length: 2, total: 1 }), /array/],
  ['an array with a symbol for a key', Object.assign([1], { [Symbol('a')]: 1 }), /named properties/],
  ['an array with a toJSON', Object.assign([1], { toJSON: () => 'hunter2' }), /named properties/],
  ['an object with a symbol for a key', { [Symbol('hunter2')]: 1 }, /has a symbol for a key/],
  ['an object with a toJSON', { toJSON: () => 'hunter2' }, /\.toJSON is a function/],
  ['an own __proto__', JSON.parse('{"__proto__":{"admin":true}}'), /__proto__ has a name that reaches prototypes/],
  ['an own constructor', { constructor: 1 }, /constructor has a name that reaches prototypes/],
  ['an own prototype', { prototype: 1 }, /prototype has a name that reaches prototypes/],
  ['a cycle', cycle(), /\.inner\.back contains itself/],
]

describe('a value that JSON would change', () => {
  const wrappings: readonly [string, (value: unknown) => unknown][] = [
    ['', (value) => value],
    ['.deep', (value) => ({ deep: value })],
    ['[1]', (value) => [null, value]],
    ['["two words"].cart[0].line', (value) => ({ 'two words': { cart: [{ line: value }] } })],
  ]

  test.for(REFUSED)('is refused with its path and a way out, and without its content: %s', ([, value, message]) => {
    for (const [path, wrap] of wrappings) {
      const error = refusal(wrap(value))
      expect(error.code).toBe('ERR_SESSION_VALUE')
      expect(error.kind).toBe('usage')
      expect(error.message.startsWith(`session.x${path}`)).toBe(true)
      expect(error.message).toMatch(message)
      expect(error.message).toContain('cannot be stored')
      expect(error.message).not.toContain('hunter2')
      expect(error.message).not.toContain('12345678901234567890')
    }
  })

  test('is undefined at the top, but may be undefined as a property, which is left out', () => {
    expect(refusal(undefined).message).toContain('session.x is undefined')
    expect(plainCopy({ a: undefined, b: [{ c: undefined }] }, 'x')).toEqual({ b: [{}] })
    expect(Object.keys(plainCopy({ a: undefined }, 'x') ?? {})).toEqual([])
  })

  test('may be in the values of another realm as well', () => {
    expect(refusal(vm.runInNewContext('new Date()')).code).toBe('ERR_SESSION_VALUE')
    expect(refusal(vm.runInNewContext('({ when: new Date() })')).message).toContain('session.x.when')
    expect(refusal(vm.runInNewContext('new Map()')).code).toBe('ERR_SESSION_VALUE')
    expect(refusal(vm.runInNewContext('new (class extends Array {})')).code).toBe('ERR_SESSION_VALUE')
  })
})

describe('the copy of a value', () => {
  test('is what JSON makes of it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        fc.pre(!/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)))
        const copy = plainCopy(value, 'x')
        expect(copy).toEqual(JSON.parse(JSON.stringify(value)))
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
      }),
      { numRuns: 200 },
    )
  })

  test('shares nothing with the value', () => {
    const value = { list: [{ a: 1 }], object: { b: 2 } }
    const copy = plainCopy(value, 'x') as typeof value // as: same shape
    value.list.push({ a: 2 })
    value.object.b = 3
    expect(copy).toEqual({ list: [{ a: 1 }], object: { b: 2 } })
  })

  test('takes objects without a prototype, and literals and arrays of another realm', () => {
    expect(plainCopy(Object.assign(Object.create(null), { a: 1 }), 'x')).toEqual({ a: 1 })
    expect(plainCopy(vm.runInNewContext('({ a: [1, { b: null }] })'), 'x')).toEqual({ a: [1, { b: null }] })
  })

  test('has no prototypes, and real arrays', () => {
    const copy = plainCopy({ list: [{}] }, 'x') as { list: object[] } // as: same shape
    expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(nullObject()))
    expect(Object.getPrototypeOf(copy.list)).toBe(Array.prototype)
    expect(Object.getPrototypeOf(copy.list[0])).toBe(Object.getPrototypeOf(nullObject()))
  })

  test('has 0 in place of -0, as JSON does', () => {
    expect(Object.is(plainCopy(-0, 'x'), 0)).toBe(true)
    expect(Object.is((plainCopy([-0], 'x') as number[])[0], 0)).toBe(true) // as: same shape
  })

  test('may have the same object in two places, which is no cycle', () => {
    const shared = { a: 1 }
    expect(plainCopy([shared, shared, { shared }], 'x')).toEqual([{ a: 1 }, { a: 1 }, { shared: { a: 1 } }])
  })

  test('asks a getter once', () => {
    let asked = 0
    const value = {
      get once() {
        asked++
        return asked === 1 ? 'text' : new Date()
      },
    }
    expect(plainCopy(value, 'x')).toEqual({ once: 'text' })
    expect(asked).toBe(1)
  })

  test('nests as deep as it is told, and the error says how deep that is', () => {
    const nest = (depth: number): unknown => {
      let value: unknown = 1
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value]
      return value
    }
    for (const limit of [1, 8, 100]) {
      expect(() => plainCopy(nest(limit), 'x', limit)).not.toThrow()
      expect(refusal(nest(limit + 1), limit).message).toContain(`more than ${limit} levels`)
    }
    expect(() => plainCopy(nest(100), 'x')).not.toThrow()
    expect(refusal(nest(101)).message).toContain('more than 100 levels')
    expect(refusal(nest(100_000)).code).toBe('ERR_SESSION_VALUE')
  })
})

describe('the path of a value', () => {
  test.for([
    ['step', 'session.step'],
    ['$_9', 'session.$_9'],
    ['two words', 'session["two words"]'],
    ['9', 'session["9"]'],
    ['', 'session[""]'],
    ['a"b', String.raw`session["a\"b"]`],
    ['é', 'session["é"]'],
  ])('reads as it would be written: %s', ([key, path]) => {
    expect(pathTo('session', key ?? '')).toBe(path)
  })
})

describe('an object for data', () => {
  test('has nothing of an ordinary object, cannot be polluted, and prints as the plain object it is', () => {
    const data = nullObject()
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf']) {
      expect(name in data).toBe(false)
      expect(data[name]).toBeUndefined()
    }
    expect(() => Object.assign(Object.getPrototypeOf(data) as object, { admin: true })).toThrow(TypeError)
    data['a'] = 1
    expect(inspect(data)).toBe('{ a: 1 }')
    expect(JSON.stringify(data)).toBe('{"a":1}')
  })
})
