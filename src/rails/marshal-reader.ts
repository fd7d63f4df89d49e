import { isPrototypeKey } from '../serializers/plain.ts'
import { holdsClass, type MarshalBytes, MarshalError } from './marshal-bytes.ts'
import { DUMPED, MARSHALLED, OBJECTS, regexpText, type Variables } from './marshal-classes.ts'
import type { Extent, MarshalLinks } from './marshal-links.ts'
import { readBignum, readFloat } from './marshal-numbers.ts'
import { marshalTime } from './marshal-time.ts'
import { isTooDeep, rubyHash, type RubyValue, utf8Text } from './marshal-value.ts'

const INDIFFERENT_HASH = 'ActiveSupport::HashWithIndifferentAccess'
const SAFE_BUFFER = 'ActiveSupport::SafeBuffer'
/** What cannot be read is walked over, and stands as null where nobody sees it: `links.problems` says why. */
const UNREAD = null

/** The grammar of Marshal 4.8: one value after the other, and what its class makes of it. */
export class MarshalReader {
  readonly #source: MarshalBytes
  readonly #links: MarshalLinks

  constructor(source: MarshalBytes, links: MarshalLinks) {
    this.#source = source
    this.#links = links
  }

  /** @param depth how many containers the value stands in */
  read(depth: number): RubyValue {
    return this.#links.within(() => this.#typed(this.#source.type(), depth)).value
  }

  /** Whether a hash follows, which {@link hashMembers} reads on. */
  beginsHash(): boolean {
    const type = this.#source.peek()[0]
    if (type === 'C') {
      this.#source.type()
      if (this.#name() !== INDIFFERENT_HASH) return false
    }
    return /^[{}]/.test(this.#source.peek())
  }

  /** A hash at the top of a payload, key by key. @throws {@link MarshalError} for a key that is not text */
  hashMembers(): readonly {
    readonly key: string
    readonly value: RubyValue
    readonly problem: string | undefined
    readonly extents: { readonly key: Extent; readonly value: Extent }
  }[] {
    const members: ReturnType<MarshalReader['hashMembers']>[number][] = []
    const hasDefault = this.#source.type() === '}'
    const { problems } = this.#links
    this.#links.container(0, () => {
      for (let left = this.#source.count(2); left > 0; left--) {
        const { value: key, extent } = this.#links.within(() => this.#key(1))
        if (problems[0] !== undefined) throw new MarshalError(`a Marshal payload ${problems[0]}`)
        const { value, extent: valueExtent } = this.#links.within(() => this.#typed(this.#source.type(), 1))
        const [problem] = problems.splice(0)
        members.push({ key, value, problem, extents: { key: extent, value: valueExtent } })
      }
      if (hasDefault) this.#unseen(1) // what Ruby answers for other keys: no data
      return UNREAD
    })
    return members
  }

  #typed(type: string, depth: number): RubyValue {
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
        return this.#text('a binary string')
      case '/':
        return this.#regexp()
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
      case 'c':
      case 'm':
      case 'M':
        return this.#links.enter(this.#source.text('a name'), false)
      case 'C':
        return this.#userClass(depth)
      case 'I':
        return this.#withVariables(depth)
      case 'e':
        return this.#extended(depth)
      case 'o':
        return this.#object(depth)
      case 'U':
        return this.#marshalled(depth)
      case 'u':
        return this.#dumped(new Map())
      case 'S':
      case 'd':
        return this.#foreign(depth, type)
      default:
        throw new MarshalError('a Marshal payload holds a type that Ruby does not have')
    }
  }

  #problem(problem: string): null {
    this.#links.spoil(problem)
    return UNREAD
  }

  #text(what: string): string | null {
    const text = utf8Text(this.#source.bytes())
    return text === undefined
      ? this.#links.enter(UNREAD, true, `holds ${what} that is not UTF-8`)
      : this.#links.enter(text, true)
  }

  #regexp(): RubyValue {
    const source = utf8Text(this.#source.bytes())
    const options = this.#source.byte()
    const text = source === undefined ? undefined : regexpText(source, options)
    return text === undefined ? this.#links.enter(UNREAD, false, holdsClass('Regexp')) : this.#links.enter(text, false)
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
    if (hasDefault) this.#unseen(depth + 1) // what Ruby answers for other keys: no data
    return hash
  }

  #key(depth: number): string {
    const next = this.#source.peek()
    const isText = /^(?:[:;"il@]|I[":])/.test(next)
    const key = next.startsWith('@') ? this.#keyLink() : this.read(depth)
    if (!isText || (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint')) {
      this.#problem('has a hash key that is neither text nor an integer')
      return ''
    }
    if (!isPrototypeKey(String(key))) return String(key)
    this.#problem('has a key that reaches prototypes')
    return ''
  }

  #keyLink(): RubyValue | undefined {
    this.#source.type()
    return this.#links.linkedKey()
  }

  /** A subclass of a string, an array, a hash or a pattern, of which two are data: parameters' hashes and html_safe text. */
  #userClass(depth: number): RubyValue {
    const name = this.#name()
    const type = this.#source.type()
    if (!'"[{}/'.includes(type)) throw new MarshalError('a Marshal payload has a class of something that has none')
    const isData = (name === INDIFFERENT_HASH && '{}'.includes(type)) || (name === SAFE_BUFFER && type === '"')
    if (!isData) this.#problem(holdsClass(name))
    return this.#typed(type, depth)
  }

  /** `I`: a value and then its instance variables, of which an encoding is one. */
  #withVariables(depth: number): RubyValue {
    const type = this.#source.type()
    if (type === 'u') return this.#dumped(undefined, depth)
    if (type === ':') return this.#links.encodedSymbol((text) => this.#checkEncoding(text, this.#variables(depth)))
    if (type === 'I') throw new MarshalError('a Marshal payload holds a type that Ruby does not have')
    const value = type === '"' ? this.#text('a string') : this.#typed(type, depth)
    this.#checkEncoding(value, this.#variables(depth))
    return value
  }

  /** `E` is true for UTF-8 and false for US-ASCII, every other encoding has a name. */
  #checkEncoding(text: RubyValue, variables: Variables): void {
    const encoding = variables.get('encoding')
    if (typeof encoding === 'string') this.#problem(holdsClass(encoding, 'a string in the encoding'))
    if (variables.get('E') === false && typeof text === 'string' && /[^\0-\x7f]/.test(text)) {
      this.#problem('holds a string that is not in its encoding')
    }
  }

  /** Instance variables, whatever they are: who wants one looks at what it is. */
  #variables(depth: number, readOne = (_name: string): RubyValue => this.#unseen(depth + 1)): Variables {
    if (isTooDeep(depth)) throw new MarshalError('a Marshal payload is nested too deep')
    const variables = new Map<string, RubyValue>()
    for (let left = this.#source.count(2); left > 0; left--) {
      const name = this.#name()
      variables.set(name, readOne(name))
    }
    return variables
  }

  #unseen(depth: number): RubyValue {
    return this.#links.quietly(() => this.read(depth))
  }

  #extended(depth: number): RubyValue {
    this.#problem(holdsClass(this.#name(), 'an object extended with'))
    let type = this.#source.type()
    while (type === 'e') {
      this.#name()
      type = this.#source.type()
    }
    if (type === 'I') throw new MarshalError('a Marshal payload holds a type that Ruby does not have')
    return this.#typed(type, depth)
  }

  /** `o`: a class and instance variables. */
  #object(depth: number): RubyValue {
    const name = this.#name()
    return this.#links.container(depth, () => {
      if (name === 'Set') return this.#set(depth)
      const read = OBJECTS.get(name)
      if (read === undefined) this.#problem(holdsClass(name))
      // What ends a range is a part of its text, and what else stands in an object is not.
      const variables = name === 'Range' ? this.#variables(depth, () => this.read(depth + 1)) : this.#variables(depth)
      return read === undefined
        ? UNREAD
        : (read(variables) ?? this.#problem(`${holdsClass(name)} in a form that is not known`))
    })
  }

  /** A hash whose keys are the items, in one instance variable. */
  #set(depth: number): RubyValue {
    let items: RubyValue[] | undefined
    this.#variables(depth, (name) => {
      if (name !== '@hash' || !/^[{}]/.test(this.#source.peek())) return this.#unseen(depth + 1)
      const hasDefault = this.#source.type() === '}'
      return this.#links.container(depth + 1, () => {
        items = []
        for (let left = this.#source.count(2); left > 0; left--) {
          items.push(this.read(depth + 2))
          this.read(depth + 2)
        }
        if (hasDefault) this.read(depth + 2)
        return items
      })
    })
    return items ?? this.#problem(`${holdsClass('Set')} in a form that is not known`)
  }

  /** `U`: a class and what its `marshal_dump` gave. */
  #marshalled(depth: number): RubyValue {
    const name = this.#name()
    return this.#links.container(depth, () => {
      const read = MARSHALLED.get(name)
      if (read === undefined) this.#problem(holdsClass(name))
      const parts = this.#unseen(depth + 1)
      if (read === undefined) return UNREAD
      const value = Array.isArray(parts) ? read(parts) : undefined
      return value ?? this.#problem(`${holdsClass(name)} in a form that is not known`)
    })
  }

  /** `S`, a struct's members, and `d`, what a class of a library in C wrote. */
  #foreign(depth: number, type: 'S' | 'd'): RubyValue {
    const name = this.#name()
    return this.#links.container(depth, () => {
      this.#problem(holdsClass(name))
      if (type === 'S') this.#variables(depth)
      else this.#unseen(depth + 1)
      return UNREAD
    })
  }

  /**
   * `u`: a class and bytes of its own. Instance variables come before the object has its number (marshal.c, `TYPE_USERDEF`);
   * a Time has its offset there.
   */
  #dumped(given: Variables | undefined, depth = 0): RubyValue {
    const name = this.#name()
    const bytes = this.#source.bytes()
    const variables = given ?? this.#variables(depth)
    const value = name === 'Time' ? this.#time(bytes, variables) : DUMPED.get(name)?.(bytes)
    if (value !== undefined) return this.#links.enter(value, false)
    const isKnown = name === 'Time' || DUMPED.has(name)
    const problem = isKnown ? `holds a ${name} in a form that is not known` : holdsClass(name)
    return this.#links.enter(UNREAD, false, problem)
  }

  #time(bytes: Uint8Array, variables: Variables): string | undefined {
    const offset = variables.get('offset')
    return marshalTime(bytes, typeof offset === 'number' ? offset : undefined)
  }

  /** A name, as of a class or an instance variable: a symbol in one of its three forms. */
  #name(): string {
    const type = this.#source.type()
    if (type === ':') return this.#links.symbol()
    if (type === ';') return this.#links.linkedSymbol()
    if (type === 'I' && this.#source.type() === ':') {
      return this.#links.encodedSymbol((text) =>
        this.#checkEncoding(
          text,
          this.#variables(0, () => this.#encoding()),
        ),
      )
    }
    throw new MarshalError('a Marshal payload has no name where one must be')
  }

  /** What a name has for an encoding. Nothing that could have names itself, which could nest without end. */
  #encoding(): RubyValue {
    const type = this.#source.type()
    if (type === 'T' || type === 'F') return type === 'T'
    if (type === '"') return this.#text('an encoding')
    throw new MarshalError('a Marshal payload has a name with instance variables')
  }
}
