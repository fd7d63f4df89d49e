import { type MarshalBytes, MarshalError } from './marshal-bytes.ts'
import { isContainer, isTooDeep, rubyHash, type RubyValue } from './marshal-value.ts'

/** What a later `@` may point to. */
interface Entry {
  /** `undefined` while the container is still open: a link to it is a cycle. */
  value?: RubyValue
  /** What a copy of it costs, see {@link MarshalBytes.weigh}. */
  weight: number
  /** Whether it may be a hash key: text that was text in Ruby, or an integer. */
  readonly isKey: boolean
}

/**
 * The symbols and objects of a payload that later bytes name by number. Numbers go by Ruby's marshal.c, `r_entry`: a
 * container has its own before its items, a Time after its instance variables; nil, true, false and Fixnums have none.
 */
export class MarshalLinks {
  readonly #source: MarshalBytes
  readonly #symbols: string[] = []
  readonly #entries: Entry[] = []

  constructor(source: MarshalBytes) {
    this.#source = source
  }

  /** `:` */
  symbol(): string {
    const symbol = this.#source.text('a symbol')
    this.#symbols.push(symbol)
    return symbol
  }

  /** `;` */
  linkedSymbol(): string {
    const symbol = this.#symbols[this.#source.long()]
    if (symbol === undefined) throw new MarshalError('a Marshal payload links to no symbol')
    this.#source.weigh(symbol.length)
    return symbol
  }

  /** Gives `value` the next number. */
  enter<Value extends RubyValue>(value: Value, isKey: boolean): Value {
    this.#entries.push({ value, weight: typeof value === 'string' ? value.length + 1 : 16, isKey })
    return value
  }

  /** Gives the next number to something that must not be linked to. */
  skip(): void {
    this.#entries.push({ weight: 0, isKey: false })
  }

  /** Gives the next number to the container that `body` reads. */
  container(depth: number, body: () => RubyValue): RubyValue {
    if (isTooDeep(depth)) throw new MarshalError('a Marshal payload is nested too deep')
    const entry: Entry = { weight: 0, isKey: false }
    this.#entries.push(entry)
    const before = this.#source.weight
    entry.value = body()
    entry.weight = this.#source.weight - before + 1
    return entry.value
  }

  /**
   * `@`: Ruby shares what is linked; here every place has its own, so that writing one does not change another.
   *
   * @param depth how many containers the link stands in
   */
  linked(depth: number): RubyValue {
    return copyOf(this.#follow().value, depth)
  }

  /** `@` for a hash key; `undefined` when it is none. */
  linkedKey(): RubyValue | undefined {
    const { value, isKey } = this.#follow()
    return isKey ? value : undefined
  }

  #follow(): Required<Entry> {
    const { value, weight, isKey } = this.#entries[this.#source.long()] ?? {}
    if (value === undefined || weight === undefined || isKey === undefined) {
      throw new MarshalError('a Marshal payload contains itself, or links to nothing')
    }
    this.#source.weigh(weight)
    return { value, weight, isKey }
  }
}

function copyOf(value: RubyValue, depth: number): RubyValue {
  if (!isContainer(value)) return value
  if (isTooDeep(depth)) throw new MarshalError('a Marshal payload is nested too deep')
  if (Array.isArray(value)) return value.map((item) => copyOf(item, depth + 1))
  const copy = rubyHash()
  for (const [key, item] of Object.entries(value)) copy[key] = copyOf(item, depth + 1)
  return copy
}
