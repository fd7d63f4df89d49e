/** A value as text: exactly what Ruby holds, so 1.0 is a Float and 1 an Integer. */
export interface Value {
  /** JSON, and what `exact` in app/config.ru writes of it. */
  readonly text: string
  /** The same once JavaScript has read and written it, where that differs. */
  readonly afterJavaScript?: string
}

const text = (value: string): Value => ({ text: JSON.stringify(value) })

/** What JavaScript loses something of. Where it does not touch them, not a digit may change. */
const LOSSY: readonly Value[] = [
  { text: '1.0', afterJavaScript: '1' },
  { text: '-0.0', afterJavaScript: '0' },
  { text: '1.0e+20', afterJavaScript: '100000000000000000000' },
  { text: '[1.0,{"rate":2.0,"of":[3.0]}]', afterJavaScript: '[1,{"rate":2,"of":[3]}]' },
]

/** What JavaScript cannot write at all: only Ruby does. */
const RUBY_ONLY: readonly Value[] = [
  { text: '18446744073709551615' },
  { text: '-9223372036854775809' },
  { text: '9007199254740993' },
  { text: `1${'0'.repeat(40)}` },
  { text: '{"z":1.0,"a":[18446744073709551615,null,"é"],"10":true,"9":false}' },
  { text: '{"__proto__":{"admin":true},"constructor":1.0}' },
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

export const RUBY_VALUES: readonly Value[] = [...BOTH, ...LOSSY, ...RUBY_ONLY]
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
export const RUBY_FLASH_VALUES: readonly Value[] = [...FLASH_VALUES, { text: '2.0', afterJavaScript: '2' }]

/** A value as JavaScript writes it, whichever side wrote it last. */
export function inJavaScript(exact: string): string {
  return JSON.stringify(JSON.parse(exact))
}
