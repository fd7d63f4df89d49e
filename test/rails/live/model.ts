import { isDeepStrictEqual } from 'node:util'
import type { Answer, Pairs, Side } from './client.ts'
import { inJavaScript, RUBY_KEYS, type Value } from './values.ts'

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
  /** In the order in which Ruby has them. The text is what Ruby holds, see `Value`. */
  readonly #data = new Map<string, string>()
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

  /** Those of sessions that were reset: good nowhere. */
  get pastTokens(): readonly Token[] {
    return this.#pastTokens
  }

  // What is done to it

  set(key: string, value: Value, { kind }: Side): void {
    this.#data.set(key, written(value.text, value, kind))
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
    this.#pastTokens.push(...this.#tokens)
    this.#tokens = []
    this.renew()
  }

  renew(): void {
    if (this.#id !== undefined) this.#pastIds.add(this.#id)
    this.#id = undefined
  }

  addToken(token: Token): void {
    this.#tokens.push(token)
  }

  /** Looks at the flash and does `steps` to it. Gives what is shown at the end of them. */
  touchFlash(steps: readonly FlashStep[], { kind }: Side): Map<string, string> {
    const shown = new Map(this.#flash)
    const ending = new Set(shown.keys())
    for (const [verb, name, value] of steps) {
      if (verb === 'set' || verb === 'now') {
        shown.set(name, written(value.text, value, kind))
        if (verb === 'now') ending.add(name)
        else ending.delete(name)
      } else {
        for (const each of name === null ? shown.keys() : [name]) {
          if (verb === 'discard') ending.add(each)
          else ending.delete(each)
        }
      }
    }
    this.#flash = new Map([...shown].filter(([name]) => !ending.has(name)))
    return shown
  }

  // What must be seen of it

  /** @throws when an answer of /peek or /state is not what this session is */
  expectState(answer: Answer, side: Side, shown: ReadonlyMap<string, string> | undefined): void {
    this.#expectId(answer.id)
    const data = answer.data ?? []
    if (side.kind === 'ruby') {
      expectEqual('data', data, [...this.#data])
      if (answer.stored_flash !== undefined) {
        expectEqual('stored flash', sorted(answer.stored_flash ?? []), sorted([...this.#flash]))
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

/** What Ruby finds where `kind` has written `value`. */
function written(exact: string, { afterJavaScript }: Value, kind: Side['kind']): string {
  return kind === 'typescript' ? (afterJavaScript ?? exact) : exact
}

function sorted(pairs: Pairs): Pairs {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
}

export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what}\n  is       ${JSON.stringify(actual)}\n  expected ${JSON.stringify(expected)}`)
}
