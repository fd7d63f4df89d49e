import { Client, type Request, type Side } from './client.ts'
import { expectEqual, Model, type FlashStep, type Token } from './model.ts'
import { Random } from './random.ts'
import {
  FLASH_NAMES,
  FLASH_VALUES,
  KEYS,
  LIST_KEY,
  RUBY_FLASH_VALUES,
  RUBY_KEYS,
  rubyValues,
  TYPESCRIPT_VALUES,
} from './values.ts'

export interface Outcome {
  readonly walks: number
  readonly steps: number
  /** One text for each walk that went wrong: what was done, and what should have come. */
  readonly failures: readonly string[]
}

/** How often each thing is done. */
const ACTIONS = {
  state: 5,
  peek: 3,
  write: 7,
  append: 2,
  delete: 2,
  flash: 5,
  login: 1.5,
  renew: 1,
  reset: 0.8,
  csrf: 2,
  csrfCheck: 4,
  untouched: 1,
  damaged: 1,
} as const

type Action = keyof typeof ACTIONS

const FORM_PATHS = ['/csrf-check', '/csrf-check/card', '/csrf-check/card/7']
const FORM_METHODS = ['POST', 'PATCH', 'PUT', 'DELETE']

/** `count` clients that walk across servers, one after the other. The same seed takes the same steps. */
export class Walks {
  readonly #seed: number
  readonly #walks: readonly Walk[]
  readonly #failures = new Map<Walk, string>()

  constructor({ cookieName, seed, count }: { cookieName: string; seed: number; count: number }) {
    this.#seed = seed
    const randoms = Array.from({ length: count }, (_, at) => new Random(Math.imul(seed, 0x9e_37_79_b1) + at))
    this.#walks = randoms.map((random) => new Walk(cookieName, random))
  }

  /** Every client walks across `sides`; one that has been elsewhere before brings the session that it has. */
  async cross(sides: readonly Side[]): Promise<void> {
    for (const [number, walk] of this.#walks.entries()) {
      if (this.#failures.has(walk)) continue
      try {
        await walk.cross(sides)
      } catch (error) {
        this.#failures.set(walk, `Walk ${number} of seed ${this.#seed}: ${String(error)}\n${walk.story()}`)
      }
    }
  }

  get outcome(): Outcome {
    const steps = this.#walks.reduce((sum, walk) => sum + walk.steps, 0)
    return { walks: this.#walks.length, steps, failures: [...this.#failures.values()] }
  }
}

class Walk {
  steps = 0
  #sides: readonly Side[] = []
  readonly #random: Random
  readonly #client: Client
  readonly #model = new Model()

  constructor(cookieName: string, random: Random) {
    this.#random = random
    this.#client = new Client(cookieName, random)
  }

  /** What was asked and answered so far. */
  story(): string {
    const lines = this.#client.log.map((line, at) => `  ${at + 1}. ${line}`)
    return [...lines, `  The cookie now: ${this.#client.cookie ?? 'none'}`].join('\n')
  }

  async cross(sides: readonly Side[]): Promise<void> {
    const random = this.#random
    this.#sides = sides
    // Before anything else a session from elsewhere must be there.
    if (this.steps > 0) await this.#step('peek', random.pick(sides))
    else if (random.chance(0.8)) await this.#step('login', random.pick(sides))
    const length = random.integer(9, 14)
    for (let at = 0; at < length; at++) await this.#step(random.weighted(ACTIONS), random.pick(this.#sides))
    // Whoever was last, both ends must agree at the end.
    for (const side of random.chance(0.5) ? this.#sides : this.#sides.toReversed()) await this.#step('peek', side)
    for (const side of random.chance(0.5) ? this.#sides : this.#sides.toReversed()) await this.#step('state', side)
  }

  async #step(action: Action, side: Side): Promise<void> {
    this.steps++
    await this.#actions[action](side)
  }

  readonly #actions: Readonly<Record<Action, (side: Side) => Promise<void>>> = {
    state: async (side) => {
      const { answer } = await this.#get(side, '/state')
      this.#model.expectState(answer, side, this.#model.touchFlash([], side))
    },
    peek: async (side) => {
      const isReissued = this.#model.isReissuedBy(side)
      const { answer, setCookie } = await this.#get(side, '/peek')
      this.#model.expectState(answer, side, undefined)
      if (side.kind === 'typescript') {
        expectEqual('whether a request that only reads brings a cookie', setCookie !== undefined, isReissued)
      }
      if (typeof answer.csrf_token === 'string') this.#model.addToken({ text: answer.csrf_token, form: undefined })
    },
    untouched: async (side) => {
      const { setCookie } = await this.#get(side, '/untouched')
      expectEqual('Set-Cookie of a request that does not touch its session', setCookie, undefined)
    },
    login: async (side) => {
      const id = this.#random.integer(1, 99_999)
      const notice = this.#random.pick(FLASH_VALUES)
      await this.#post(side, '/login', `{"user_id":${id},"notice":${notice.text}}`)
      this.#model.reset()
      this.#model.set('user_id', { text: String(id) }, side)
      this.#model.touchFlash([['set', 'notice', notice]], side)
    },
    write: async (side) => {
      const isRuby = side.kind === 'ruby'
      const key = this.#random.pick(isRuby && this.#random.chance(0.3) ? RUBY_KEYS : KEYS)
      const value = this.#random.pick(isRuby ? rubyValues(side.writes.format) : TYPESCRIPT_VALUES)
      await this.#post(side, '/write', `{"key":${JSON.stringify(key)},"value":${value.text}}`)
      this.#model.set(key, value, side)
    },
    append: async (side) => {
      const item = String(this.#random.integer(0, 9))
      await this.#post(side, '/append', `{"key":"${LIST_KEY}","value":${item}}`)
      this.#model.append(LIST_KEY, item)
    },
    delete: async (side) => {
      const known = this.#model.keys.filter((key) => side.kind === 'ruby' || !RUBY_KEYS.includes(key))
      const key = this.#random.pick([...known, 'never there'])
      await this.#post(side, '/delete', `{"key":${JSON.stringify(key)}}`)
      this.#model.delete(key)
    },
    flash: async (side) => {
      const steps = Array.from({ length: this.#random.integer(1, 3) }, () => this.#flashStep(side))
      const texts = steps.map(([verb, name, value]) => {
        const rest = value === undefined ? '' : `,${value.text}`
        return `["${verb}",${JSON.stringify(name)}${rest}]`
      })
      const { answer } = await this.#post(side, '/flash', `{"steps":[${texts.join(',')}]}`)
      this.#model.expectShown(answer, side, this.#model.touchFlash(steps, side))
    },
    renew: async (side) => {
      await this.#post(side, '/renew')
      this.#model.renew(side)
    },
    reset: async (side) => {
      await this.#post(side, '/reset')
      this.#model.reset()
    },
    csrf: async (side) => {
      const path = this.#random.pick(FORM_PATHS)
      const method = this.#random.pick(FORM_METHODS)
      const asked = new URLSearchParams({
        path: this.#random.chance(0.2) ? `${path}/` : path,
        method: this.#random.chance(0.5) ? method.toLowerCase() : method,
      })
      const { answer } = await this.#get(side, `/csrf?${asked.toString()}`)
      const { global = '', form = '' } = answer
      if (global === '' || form === '') throw new Error('no tokens')
      this.#model.addToken({ text: global, form: undefined })
      this.#model.addToken({ text: form, form: { path, method } })
    },
    csrfCheck: async (side) => {
      const { token, isCurrent } = this.#someToken()
      const path = this.#random.chance(0.6) ? (token.form?.path ?? '/csrf-check') : this.#random.pick(FORM_PATHS)
      const method = this.#random.chance(0.6) ? (token.form?.method ?? 'POST') : this.#random.pick(FORM_METHODS)
      const { answer } = await this.#send(side, { method, path, headers: { 'x-csrf-token': token.text } })
      const isItsForm = token.form === undefined || (token.form.path === path && token.form.method === method)
      expectEqual(`a token of ${JSON.stringify(token.form ?? 'the session')}`, answer.valid, isCurrent && isItsForm)
    },
    damaged: async (side) => {
      const value = this.#client.cookie
      if (value === undefined) return
      const answer = await this.#client.sendWith(this.#damage(value), side, { method: 'GET', path: '/peek' })
      expectEqual('data of a damaged cookie', answer.data, [])
    },
  }

  #flashStep({ kind }: Side): FlashStep {
    const verb = this.#random.weighted({ set: 4, now: 2, keep: 2, discard: 1 })
    if (verb === 'keep' || verb === 'discard') {
      return [verb, this.#random.chance(0.4) ? null : this.#random.pick(FLASH_NAMES)]
    }
    const value = this.#random.pick(kind === 'ruby' ? RUBY_FLASH_VALUES : FLASH_VALUES)
    return [verb, this.#random.pick(FLASH_NAMES), value]
  }

  #someToken(): { token: Token; isCurrent: boolean } {
    const { tokens, pastTokens } = this.#model
    if (tokens.length > 0 && this.#random.chance(0.8)) return { token: this.#random.pick(tokens), isCurrent: true }
    const invented = Buffer.from(
      Array.from({ length: this.#random.pick([32, 64]) }, () => this.#random.integer(0, 255)),
    )
    const junk = ['', 'a', invented.toString('base64'), invented.toString('base64url')]
    const others = [...pastTokens, ...junk.map((text) => ({ text, form: undefined }))]
    return { token: this.#random.pick(others), isCurrent: false }
  }

  /** One character of the sealed text is another one. */
  #damage(value: string): string {
    const sealed = decodeURIComponent(value)
    const letters = [...sealed.matchAll(/[A-Za-z]/g)]
    const { index } = this.#random.pick(letters)
    const other = sealed[index] === 'A' ? 'B' : 'A'
    return encodeURIComponent(sealed.slice(0, index) + other + sealed.slice(index + 1))
  }

  async #get(side: Side, path: string) {
    return this.#send(side, { method: 'GET', path })
  }

  async #post(side: Side, path: string, body?: Request['body']) {
    return this.#send(side, { method: 'POST', path, body })
  }

  async #send(side: Side, request: Request) {
    const received = await this.#client.send(side, request)
    if (received.setCookie !== undefined) this.#model.received(side, this.#client.cookie === undefined)
    return received
  }
}
