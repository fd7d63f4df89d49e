import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from 'vitest'
import { plainText } from '../../src/serializers/json.ts'
import { plainCopy } from '../../src/serializers/plain.ts'
import { simpleCopy } from '../../src/serializers/simple.ts'

/** Text or message: what either makes of the value. */
function outcome(make: () => string): string {
  try {
    return make()
  } catch (error) {
    return String(error)
  }
}

function withHidden<Container extends object>(container: Container): Container {
  return Object.defineProperty(container, 'hidden', { value: 1, enumerable: false })
}

const cycle: Record<string, unknown> = {}
cycle['self'] = { cycle }
const shared = { a: 1 }
let deep: unknown = 1
for (let depth = 0; depth < 20; depth++) deep = { deep }

class Account {
  id = 1
}

const VALUES: readonly [string, unknown][] = [
  ['a literal', { id: 7, name: 'A "b" \u2028', ok: true, none: null, list: [1, 'two', [3, { four: 4 }]], minus: -0 }],
  ['nothing in it', [{}, []]],
  ['text', 'text'],
  ['a number', 7],
  ['null', null],
  ['undefined', undefined],
  ['a property that is undefined', { a: undefined, b: 1 }],
  ['one value twice', { first: shared, second: [shared, shared] }],
  ['twenty levels', deep],
  ['a cycle', cycle],
  ['NaN', { list: [Number.NaN] }],
  ['an infinity', { a: { b: -Infinity } }],
  ['a bigint', { a: 1n }],
  ['a function', { toJSON: () => 1 }],
  ['a Date', { at: new Date(0) }],
  ['a model', [new Account()]],
  ['a Map', new Map()],
  ['a symbol for a key', { [Symbol('s')]: 1 }],
  ['a prototype key', JSON.parse('{"a":{"__proto__":{"b":1}}}')],
  ['a constructor key', { constructor: 1 }],
  ['a key that is not enumerable', withHidden({ a: 1 })],
  ['undefined in an array', [undefined]],
  ['a sparse array', [1, , 2]], // oxlint-disable-line no-sparse-arrays -- that is it
  ['an array with a name', Object.assign([1], { name: 1 })],
  ['an array with a hole and a name', Object.assign([, 1], { name: 1 })], // oxlint-disable-line no-sparse-arrays -- that is it
  ['an array with a hidden name', withHidden([1])],
  ['an array with a symbol', Object.assign([1], { [Symbol('s')]: 1 })],
  ['an array of a subclass', new (class List extends Array<number> {})(3).fill(1)],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
  ['an object of another realm', runInNewContext('({ a: [1, { b: 2 }] })')],
  ['a getter', { get a() { return [1] } }], // prettier-ignore
  ['a proxy', new Proxy({ a: 1 }, {})],
  ['a proxy of an array', { list: new Proxy([1, 2], {}) }],
]

describe('what is sealed as text', () => {
  test.for(VALUES)('is what a copy of it is: %s', ([, value]) => {
    expect(outcome(() => plainText(value, 'value'))).toBe(outcome(() => JSON.stringify(plainCopy(value, 'value'))))
  })

  test('is what was looked at: a getter that gives another value each time is asked once', () => {
    let asked = 0
    const value = {
      get step() {
        return ++asked === 1 ? 'fine' : new Date(0)
      },
    }
    expect(plainText(value, 'value')).toBe('{"step":"fine"}')
    expect(asked).toBe(1)
  })

  test('asks a proxy for its keys once', () => {
    let asked = 0
    const ownKeys = (target: object): (string | symbol)[] => {
      asked++
      return Reflect.ownKeys(target)
    }
    expect(plainText({ inner: new Proxy({ a: 1 }, { ownKeys }) }, 'value')).toBe('{"inner":{"a":1}}')
    expect(asked).toBe(1)
  })

  test('is no alias: an object that is changed later changes nothing', () => {
    const value = { list: [{ a: 1 }] }
    const copy = simpleCopy(value) as typeof value // as: it is a copy
    expect(copy).toEqual(value)
    expect(copy.list).not.toBe(value.list)
    expect(copy.list[0]).not.toBe(value.list[0])
  })
})

describe('where somebody gave all objects a property', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'toJSON')
    Reflect.deleteProperty(Object.prototype, 'everywhere')
  })

  test.for(['toJSON', 'everywhere'])('nothing of it is sealed: %s', (name) => {
    Reflect.set(Object.prototype, name, () => 'another')
    expect(plainText({ a: { b: 1 } }, 'value')).toBe('{"a":{"b":1}}')
  })
})
