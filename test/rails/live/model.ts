import { isDeepStrictEqual } from 'node:util'
import type { Answer, Pairs, Side } from './client.ts'
import type { Way } from './settings.ts'
import { afterJavaScript, inAnyOrder, inJavaScript, RUBY_KEYS, type Value } from './values.ts'

/** One thing that is done to the flash. */
export type FlashStep =
  | readonly ['set' | 'now', string, Value]
  | readonly ['keep' | 'discard', string | null, undefined?]

/** A CSRF token, and where it is good. */
export interface Token {
  readonly text: string
  /** The only form that it is for; `undefined` for a token of the whole session. */
  readonly form: { readonly path: string; readonly method: string } | undefined
}

/** What a session must hold after all that was done to it, whoever did it. */
export class Model {
  /** How the cookie is written that the client has. */
  #way: Way | undefined
  /** In the order in which Ruby has them. The text is what Ruby holds, see `Value`. */
  #data = new Map<string, string>()
  /** What the next request that looks at its flash will be shown. */
  #flash = new Map<string, string>()
  /** `undefined` until somebody has told it. */
  #id: string | undefined
  readonly #pastIds = new Set<string>()
  readonly #pastTokens: Token[] = []
  #tokens: Token[] = []

  get keys(): string[] {
    return [...this.#data.keys()]
  }

  get tokens(): readonly Token[] {
    return this.#tokens
  }

  /** Those from before a reset or a renewal: good nowhere. */
  get pastTokens(): readonly Token[] {
    return this.#pastTokens
  }

  // What is done to it

  /** A response of `side` set or deleted the cookie. To be told before what the request did to the session. */
  received({ writes }: Side, isDeleted: boolean): void {
    this.#way = isDeleted ? undefined : writes
  }

  set(key: string, value: Value, side: Side): void {
    const before = this.#data.get(key)
    // TypeScript does not write what is equal for JavaScript: a Float stays one.
    if (side.kind === 'typescript' && before !== undefined && inJavaScript(before) === inJavaScript(value.text)) return
    this.#data.set(key, written(value, side))
  }

  append(key: string, text: string): void {
    const list = this.#data.get(key) ?? '[]'
    this.#data.set(key, list === '[]' ? `[${text}]` : `${list.slice(0, -1)},${text}]`)
  }

  delete(key: string): void {
    this.#data.delete(key)
  }

  reset(): void {
    this.#data.clear()
    this.#flash.clear()
    this.#endTokens()
    this.#endId()
  }

  /** Here form tokens end with the id; Ruby's `renew` gives a new id and no more. */
  renew({ kind }: Side): void {
    if (kind === 'typescript') this.#endTokens()
    this.#endId()
  }

  #endTokens(): void {
    this.#pastTokens.push(...this.#tokens)
    this.#tokens = []
  }

  #endId(): void {
    if (this.#id !== undefined) this.#pastIds.add(this.#id)
    this.#id = undefined
  }

  addToken(token: Token): void {
    this.#tokens.push(token)
  }

  /** Looks at the flash and does `steps` to it. Gives what is shown at the end of them. */
  touchFlash(steps: readonly FlashStep[], side: Side): Map<string, string> {
    const shown = new Map(this.#flash)
    const ending = new Set(shown.keys())
    for (const [verb, name, value] of steps) {
      if (verb === 'set' || verb === 'now') {
        shown.set(name, written(value, side))
        if (verb === 'now') ending.add(name)
        else ending.delete(name)
      } else {
        for (const each of name === null ? shown.keys() : [name]) {
          if (verb === 'discard') ending.add(each)
          else ending.delete(each)
        }
      }
    }
    const next = [...shown].filter(([name]) => !ending.has(name))
    const isKept = isSameFlash(next, [...this.#flash])
    // TypeScript leaves a flash that it keeps whole as it came, and writes any other one itself.
    this.#flash = new Map(next.map(([name, text]) => [name, isKept ? text : this.#writtenEntry(name, text, side)]))
    return shown
  }

  /** A Float that stays where it was stays one. MessagePack's reader knows numbers only. */
  #writtenEntry(name: string, text: string, side: Side): string {
    const before = this.#flash.get(name)
    const isSame = before !== undefined && inJavaScript(before) === inJavaScript(text)
    return isSame && this.#way?.format !== 'message_pack' ? before : written({ text }, side)
  }

  // What must be seen of it

  /** Whether `side` writes the cookie again only because it reads it. */
  isReissuedBy({ writes }: Side): boolean {
    return this.#way !== undefined && !isDeepStrictEqual(this.#way, writes)
  }

  /** @throws when an answer of /peek or /state is not what this session is */
  expectState(answer: Answer, side: Side, shown: ReadonlyMap<string, string> | undefined): void {
    this.#expectId(answer.id)
    const data = answer.data ?? []
    if (side.kind === 'ruby') {
      const isOrdered = this.#way?.format === 'json'
      if (isOrdered) expectEqual('data', data, [...this.#data])
      else expectEqual('data', comparable(data), comparable([...this.#data]))
      if (answer.stored_flash !== undefined) {
        expectEqual('stored flash', comparable(answer.stored_flash ?? []), comparable([...this.#flash]))
        if (answer.stored_flash !== null) expectEqual('stored discard', answer.stored_discard, [])
      }
    } else {
      const expected = [...this.#data].filter(([key]) => !RUBY_KEYS.includes(key))
      expectEqual('data', sorted(data), sorted(expected.map(([key, text]) => [key, inJavaScript(text)])))
    }
    if (shown !== undefined) this.expectShown(answer, side, shown)
  }

  /** @throws when the flash of an answer is not `shown` */
  expectShown(answer: Answer, side: Side, shown: ReadonlyMap<string, string>): void {
    const expected = [...shown].map(([name, text]) => [name, side.kind === 'ruby' ? text : inJavaScript(text)] as const)
    expectEqual('flash shown', sorted(answer.flash ?? []), sorted(expected))
  }

  #expectId(id: string | null | undefined): void {
    if (id === undefined) return
    if (this.#id !== undefined) expectEqual('session id', id, this.#id)
    if (id === null) return
    if (!/^[0-9a-f]{32}$/.test(id)) throw new Error(`session id ${id}`)
    if (this.#pastIds.has(id)) throw new Error(`session id ${id} is the one from before a reset, login or renewal`)
    this.#id = id
  }
}

/** What Ruby finds where `side` has written `value`. */
function written({ text }: Value, { kind }: Side): string {
  return kind === 'typescript' ? afterJavaScript(text) : text
}

function isSameFlash(one: Pairs, other: Pairs): boolean {
  return JSON.stringify(one.map(inPairs)) === JSON.stringify(other.map(inPairs))
}

function inPairs([name, text]: Pairs[number]): readonly [string, string] {
  return [name, inJavaScript(text)]
}

/** Pairs in the order of their names, each value without its own order. */
function comparable(pairs: Pairs): unknown {
  return sorted(pairs).map(([name, text]) => [name, inAnyOrder(text)])
}

function sorted(pairs: Pairs): Pairs {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
}

export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what}\n  is       ${JSON.stringify(actual)}\n  expected ${JSON.stringify(expected)}`)
}
