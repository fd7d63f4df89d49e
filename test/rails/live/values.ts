import { parseExactly } from '../vectors.ts'
import type { Way } from './settings.ts'

type Format = Way['format']

/** A value as text: exactly what Ruby holds, so 1.0 is a Float and 1 an Integer. */
export interface Value {
  /** JSON, and what `exact` in app/config.ru writes of it. */
  readonly text: string
}

const text = (value: string): Value => ({ text: JSON.stringify(value) })

/** What JavaScript loses something of. Where it does not touch them, not a digit of JSON may change. */
const LOSSY: readonly Value[] = [
  { text: '1.0' },
  { text: '-0.0' },
  { text: '1.0e+20' },
  { text: '[1.0,{"rate":2.0,"of":[3.0]}]' },
]

/** What JavaScript cannot write at all: only Ruby does. */
const RUBY_ONLY: readonly Value[] = [
  { text: '18446744073709551615' },
  { text: '-9223372036854775809' },
  { text: '9007199254740993' },
  { text: `1${'0'.repeat(40)}` },
  { text: '{"z":1.0,"a":[18446744073709551615,null,"é"],"10":true,"9":false}' },
  { text: `${'['.repeat(12)}1.0${']'.repeat(12)}` },
]

const BOTH: readonly Value[] = [
  { text: '0' },
  { text: '42' },
  { text: '-7' },
  { text: '9007199254740991' },
  { text: '0.1' },
  { text: '-12.75' },
  { text: '1.0e-07' },
  { text: 'true' },
  { text: 'false' },
  { text: '[]' },
  { text: '{}' },
  { text: '[[],{},[null]]' },
  { text: '{"step":2,"plan":null,"tags":["a","b"],"by":{"x":-0.5}}' },
  text(''),
  text('null'),
  text('<script>&amp;</script>'),
  text('Zoë, Łódź, 東京, 👩‍👩‍👧'),
  text('line\u2028separator\u2029, tab\t, newline\n, quote", backslash\\, slash/'),
  text('\u0000\u0001\u001f\u007f\u0080\u00ad\ufeff\uffff'),
  text('a + b = c % d ; e , "f" -- g'),
  text('{"_rails":{"message":"e30=","exp":null,"pur":null}}'),
  { text: '{"_rails":{"message":"e30="}}' },
  { text: '{"discard":[],"flashes":{"notice":"no"}}' },
]

/** JSON keeps such keys, as text that nobody looks into. A cookie of another format is refused for them. */
const PROTOTYPE_KEYS: Value = { text: '{"__proto__":{"admin":true},"constructor":1.0}' }

const RUBY_VALUES: readonly Value[] = [...BOTH, ...LOSSY, ...RUBY_ONLY]

/** What Ruby can store in a cookie of that format so that TypeScript can read it. */
export function rubyValues(format: Format): readonly Value[] {
  return format === 'json' ? [...RUBY_VALUES, PROTOTYPE_KEYS] : RUBY_VALUES
}

export const TYPESCRIPT_VALUES: readonly Value[] = [...BOTH, ...LOSSY]

/** Keys that both sides can use. */
export const KEYS: readonly string[] = [
  'cart',
  'theme',
  'two words',
  'ключ',
  'a<b>&"c"\u2028',
  '7',
  '',
  'hasOwnProperty',
]
/** Keys that are a session's own in TypeScript. Ruby's stay what they are. */
export const RUBY_KEYS: readonly string[] = ['status', 'size', 'id', 'toJSON']
export const LIST_KEY = 'list'

export const FLASH_NAMES: readonly string[] = ['notice', 'alert', 'field errors']
export const FLASH_VALUES: readonly Value[] = [
  text('Signed in'),
  text('<b>Zoë</b> & \u2028 more'),
  text(''),
  { text: 'true' },
  { text: '3' },
  { text: '{"name":["is too short"],"count":2}' },
]
/** Stored by Ruby, shown by either; kept by TypeScript, they go through JavaScript. */
export const RUBY_FLASH_VALUES: readonly Value[] = [...FLASH_VALUES, { text: '2.0' }]

/** A value as JavaScript writes it, whichever side wrote it last; of a large integer its digits as text. */
export function inJavaScript(exact: string): string {
  return JSON.stringify(parseExactly(exact))
}

const STRING_OR_FLOAT = /"(?:[^"\\]|\\.)*"|-?\d+\.\d+(?:e[+-]\d+)?/g

/** What Ruby finds where TypeScript wrote a value that it was given: whole floats are integers, but for the large ones. */
export function afterJavaScript(exact: string): string {
  return exact.replaceAll(STRING_OR_FLOAT, (token) => {
    const number = Number(token)
    return token.startsWith('"') || !Number.isSafeInteger(number) ? token : BigInt(number).toString()
  })
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*/g

/** Something to compare that is the same for values that differ in nothing but the order of their keys. */
export function inAnyOrder(exact: string): unknown {
  return JSON.parse(
    exact.replaceAll(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `["number","${token}"]`)),
  )
}
