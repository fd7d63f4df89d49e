import { type MarshalBytes, MarshalError } from './marshal-bytes.ts'
import { isContainer, isTooDeep, rubyHash, type RubyValue } from './marshal-value.ts'

/** From where to where a value stands in its payload, and which of the {@link Mark}s are in it. */
export interface Extent {
  readonly start: number
  end: number
  readonly firstMark: number
  lastMark: number
  /** Why what stands there cannot be read. */
  problem?: string
}

/** Bytes that mean something by number, or the place where an object got one. Another payload has other numbers. */
export interface Mark {
  readonly kind: 'symbol' | 'symbol-link' | 'object' | 'object-link'
  /** The number, in this payload. */
  readonly number: number
  readonly start: number
  readonly end: number
}

/** What a later `@` may point to. */
interface Entry {
  /** `undefined` while the container is still open: a link to it is a cycle. */
  value?: RubyValue
  /** What a copy of it costs, see {@link MarshalBytes.weigh}. */
  weight: number
  /** Whether it may be a hash key: text that was text in Ruby, or an integer. */
  readonly isKey: boolean
  /** Why it cannot be read. */
  problem?: string | undefined
  readonly extent: Extent
}

const CYCLE = 'contains itself, or links to nothing'

/**
 * The symbols and objects of a payload that later bytes name by number. Numbers go by Ruby's marshal.c, `r_entry`: a
 * container has its own before its items, a Time after its instance variables; nil, true, false and Fixnums have none.
 */
export class MarshalLinks {
  /** Why what was read is not plain data, each as the end of a sentence: `holds an object of class Account`. */
  readonly problems: string[] = []
  readonly marks: Mark[] = []
  readonly #source: MarshalBytes
  readonly #symbols: { readonly text: string; readonly extent: Extent }[] = []
  readonly #entries: Entry[] = []
  #extent: Extent

  constructor(source: MarshalBytes) {
    this.#source = source
    this.#extent = this.#newExtent(source.position)
  }

  /** Where the symbol with that number was first said. */
  symbolExtent(number: number): Extent | undefined {
    return this.#symbols[number]?.extent
  }

  objectExtent(number: number): Extent | undefined {
    return this.#entries[number]?.extent
  }

  /** What `body` reads, and where it stands. */
  within<Value>(body: () => Value): { readonly value: Value; readonly extent: Extent } {
    const outer = this.#extent
    const extent = this.#newExtent(this.#source.position)
    this.#extent = extent
    const value = body()
    this.#close(extent)
    this.#extent = outer
    return { value, extent }
  }

  /** Notes why what is being read cannot be. */
  spoil(problem: string): void {
    this.problems.push(problem)
    this.#extent.problem ??= problem
  }

  /** What `body` reads of something that nobody will see, whatever is in it. */
  quietly<Value>(body: () => Value): Value {
    const before = this.problems.length
    const value = body()
    this.problems.length = before
    return value
  }

  /** `:` */
  symbol(): string {
    const extent = this.#newExtent(this.#source.position - 1)
    const text = this.#source.text('a symbol')
    this.#mark('symbol', this.#symbols.length, extent.start)
    this.#close(extent)
    this.#symbols.push({ text, extent })
    return text
  }

  /** `I:`, and behind the symbol its encoding, which `body` reads. */
  encodedSymbol(body: (text: string) => void): string {
    const extent = this.#newExtent(this.#source.position - 2)
    const at = this.#symbols.length
    const text = this.symbol()
    body(text)
    this.#close(extent)
    this.#symbols[at] = { text, extent }
    return text
  }

  /** `;` */
  linkedSymbol(): string {
    const start = this.#source.position - 1
    const number = this.#source.long()
    const symbol = this.#symbols[number]?.text
    if (symbol === undefined) throw new MarshalError('a Marshal payload links to no symbol')
    this.#mark('symbol-link', number, start)
    this.#source.weigh(symbol.length)
    return symbol
  }

  /** Gives `value` the next number; `null` with a `problem` for what cannot be read. */
  enter<Value extends RubyValue>(value: Value, isKey: boolean, problem?: string): Value {
    const weight = typeof value === 'string' ? value.length + 1 : 16
    this.#enter({ value, weight, isKey, problem, extent: this.#extent })
    if (problem !== undefined) this.problems.push(problem)
    return value
  }

  /** Gives the next number to the container that `body` reads. */
  container(depth: number, body: () => RubyValue): RubyValue {
    if (isTooDeep(depth)) throw new MarshalError('a Marshal payload is nested too deep')
    const entry: Entry = { weight: 0, isKey: false, extent: this.#extent }
    this.#enter(entry)
    const [weight, problems] = [this.#source.weight, this.problems.length]
    entry.value = body()
    entry.weight = this.#source.weight - weight + 1
    entry.problem = this.problems[problems]
    return entry.value
  }

  /**
   * `@`: Ruby shares what is linked; here every place has its own, so that writing one does not change another.
   *
   * @param depth how many containers the link stands in
   */
  linked(depth: number): RubyValue {
    return copyOf(this.#follow()?.value ?? null, depth)
  }

  /** `@` for a hash key; `undefined` when it is none. */
  linkedKey(): RubyValue | undefined {
    const entry = this.#follow()
    return entry?.isKey === true ? entry.value : undefined
  }

  /** `undefined` for an object that stands in itself, which is a problem. */
  #follow(): Entry | undefined {
    const start = this.#source.position - 1
    const number = this.#source.long()
    const entry = this.#entries[number]
    if (entry === undefined) throw new MarshalError(`a Marshal payload ${CYCLE}`)
    this.#mark('object-link', number, start)
    const problem = entry.value === undefined ? CYCLE : (entry.problem ?? entry.extent.problem)
    if (problem !== undefined) this.problems.push(problem)
    this.#source.weigh(entry.weight)
    return entry.value === undefined ? undefined : entry
  }

  #enter(entry: Entry): void {
    this.#mark('object', this.#entries.length, this.#source.position)
    this.#entries.push(entry)
  }

  #mark(kind: Mark['kind'], number: number, start: number): void {
    this.marks.push({ kind, number, start, end: this.#source.position })
  }

  #newExtent(start: number): Extent {
    return { start, end: start, firstMark: this.marks.length, lastMark: this.marks.length }
  }

  #close(extent: Extent): void {
    extent.end = this.#source.position
    extent.lastMark = this.marks.length
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
