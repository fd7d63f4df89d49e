import { isPrototypeKey } from '../serializers/plain.ts'
import { MarshalBytes, MarshalError, refuseClass } from './marshal-bytes.ts'
import { MarshalLinks } from './marshal-links.ts'
import { readBignum, readFloat } from './marshal-numbers.ts'
import { marshalTime } from './marshal-time.ts'
import { rubyHash, type RubyValue } from './marshal-value.ts'

export { MarshalError } from './marshal-bytes.ts'
export type { RubyValue } from './marshal-value.ts'

/**
 * Reads Ruby's Marshal 4.8 into plain data (Ruby's doc/marshal.rdoc and marshal.c). It knows no classes and runs nothing:
 * an object of any class is an error that names it. Two are data and accepted: `HashWithIndifferentAccess` as the hash that
 * it is, and `Time` as Rails' JSON would write it, ISO 8601 with three digits.
 *
 * Symbols become text; strings must be UTF-8, whether Ruby called them UTF-8, US-ASCII or binary, as Rails' JSON wants
 * them. Hash keys are strings, symbols or integers, as text; of a key that comes twice, the last. What is linked from two
 * places comes back twice, and everything together is at most 1 MiB.
 *
 * @throws {@link MarshalError}, and nothing else
 */
export function loadMarshal(bytes: Uint8Array): RubyValue {
  const source = new MarshalBytes(bytes)
  const version = `${source.byte()}.${source.byte()}`
  if (version !== '4.8') throw new MarshalError(`a payload is of Marshal ${version}, not 4.8`)
  const value = new MarshalReader(source).read(0)
  if (source.remaining > 0) throw new MarshalError(`a Marshal payload is followed by ${source.remaining} bytes`)
  return value
}

class MarshalReader {
  readonly #source: MarshalBytes
  readonly #links: MarshalLinks

  constructor(source: MarshalBytes) {
    this.#source = source
    this.#links = new MarshalLinks(source)
  }

  /** @param depth how many containers the value stands in */
  read(depth: number): RubyValue {
    const type = this.#source.type()
    switch (type) {
      case '0':
        return null
      case 'T':
        return true
      case 'F':
        return false
      case 'i':
        return this.#source.long()
      case 'l':
        return this.#links.enter(readBignum(this.#source), true)
      case 'f':
        return this.#links.enter(readFloat(this.#source), false)
      case '"':
        return this.#links.enter(this.#source.text('a binary string'), true)
      case ':':
        return this.#links.symbol()
      case ';':
        return this.#links.linkedSymbol()
      case '@':
        return this.#links.linked(depth)
      case '[':
        return this.#links.container(depth, () => this.#array(depth))
      case '{':
      case '}':
        return this.#links.container(depth, () => this.#hash(depth, type === '}'))
      case 'C':
        return this.#userClass(depth)
      case 'I':
        return this.#withVariables(depth)
      default:
        throw this.#refuse(type)
    }
  }

  #array(depth: number): RubyValue[] {
    const array: RubyValue[] = []
    for (let left = this.#source.count(1); left > 0; left--) array.push(this.read(depth + 1))
    return array
  }

  #hash(depth: number, hasDefault: boolean): RubyValue {
    const hash = rubyHash()
    for (let left = this.#source.count(2); left > 0; left--) {
      const key = this.#key(depth + 1)
      hash[key] = this.read(depth + 1)
    }
    if (hasDefault) this.read(depth + 1) // what Ruby answers for other keys: no data
    return hash
  }

  #key(depth: number): string {
    const next = this.#source.peek()
    const key = next.startsWith('@') ? this.#keyLink() : /^(?:[:;"il]|I[":])/.test(next) ? this.read(depth) : undefined
    if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint') {
      throw new MarshalError('a Marshal payload has a hash key that is neither text nor an integer')
    }
    if (isPrototypeKey(String(key))) throw new MarshalError('a Marshal payload has a key that reaches prototypes')
    return String(key)
  }

  #keyLink(): RubyValue | undefined {
    this.#source.type()
    return this.#links.linkedKey()
  }

  /** The one subclass that is data: a session or a nested hash of Rails' parameters. */
  #userClass(depth: number): RubyValue {
    const name = this.#name()
    const type = this.#source.type()
    if (name !== 'ActiveSupport::HashWithIndifferentAccess' || (type !== '{' && type !== '}')) throw refuseClass(name)
    return this.#links.container(depth, () => this.#hash(depth, type === '}'))
  }

  /** `I`: a value and then its instance variables, of which an encoding is one. */
  #withVariables(depth: number): RubyValue {
    const type = this.#source.type()
    if (type === '"') return this.#encoded(this.#links.enter(this.#source.text('a string'), true))
    if (type === ':') return this.#encoded(this.#links.symbol())
    if (type === 'u') return this.#time(depth)
    if (type === 'C') throw refuseClass(this.#name())
    if ('[{}'.includes(type)) throw new MarshalError('a Marshal payload holds a container with instance variables')
    throw this.#refuse(type)
  }

  /** Reads the encoding behind `text`: `E` is true for UTF-8 and false for US-ASCII, every other has a name. */
  #encoded(text: string): string {
    for (let left = this.#source.count(2); left > 0; left--) {
      const name = this.#name()
      if (name === 'encoding' && this.#source.type() === '"') {
        throw refuseClass(this.#source.text('an encoding'), 'a string in the encoding')
      }
      if (name !== 'E') throw new MarshalError('a Marshal payload holds a string with instance variables')
      const flag = this.#source.type()
      if (flag !== 'T' && (flag !== 'F' || /[^\0-\x7f]/.test(text))) {
        throw new MarshalError('a Marshal payload holds a string that is not in its encoding')
      }
    }
    return text
  }

  /** `Time#_dump` and its instance variables, which come before the Time has its number (marshal.c, `TYPE_USERDEF`). */
  #time(depth: number): RubyValue {
    const name = this.#name()
    if (name !== 'Time') throw refuseClass(name)
    const dumped = this.#source.bytes()
    let offset: number | undefined
    for (let left = this.#source.count(2); left > 0; left--) {
      const variable = this.#name()
      if (variable === 'offset' && this.#source.type() === 'i') offset = this.#source.long()
      else if (variable === 'submicro' && this.#source.type() === '"') this.#skipBytes()
      else if (this.#isTimeDetail(variable)) this.read(depth)
      else throw new MarshalError('a Marshal payload holds a Time with instance variables')
    }
    const text = marshalTime(dumped, offset)
    if (text === undefined) throw new MarshalError('a Marshal payload holds a Time in a form that is not known')
    return this.#links.enter(text, false)
  }

  /** What the text of a Time leaves out. Containers are none of it, nor other Times, which could nest without end. */
  #isTimeDetail(variable: string): boolean {
    return ['zone', 'nano_num', 'nano_den'].includes(variable) && /^(?:[0il":;@]|I")/.test(this.#source.peek())
  }

  /** The digits of a Time below its microseconds: bytes that are no text. */
  #skipBytes(): void {
    this.#source.bytes()
    this.#links.skip()
  }

  /** A name, as of a class or an instance variable: a symbol in one of its three forms. */
  #name(): string {
    const type = this.#source.type()
    if (type === ':') return this.#links.symbol()
    if (type === ';') return this.#links.linkedSymbol()
    if (type === 'I' && this.#source.type() === ':') return this.#encoded(this.#links.symbol())
    throw new MarshalError('a Marshal payload has no name where one must be')
  }

  #refuse(type: string): MarshalError {
    if ('oSuUd'.includes(type)) return refuseClass(this.#name())
    if (type === 'e') return refuseClass(this.#name(), 'an object extended with')
    if ('cmM'.includes(type)) return refuseClass(this.#source.text('a name'), 'the class or module')
    if (type === '/') return refuseClass('Regexp')
    return new MarshalError('a Marshal payload holds a type that Ruby does not have')
  }
}
