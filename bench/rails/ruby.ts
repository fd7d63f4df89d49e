import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { SLICE_MS, type Elsewhere } from '../measure.ts'
import type { SessionData } from '../session.ts'

/** What one way of Rails to seal and open is measured by. */
export interface RailsSteps {
  readonly name: string
  readonly seal: Elsewhere
  readonly open: Elsewhere
}

/** Rails in a child process, ready to be measured. */
export interface Ruby {
  readonly version: string
  /** Values of cookies that it sealed. */
  readonly sealed: readonly string[]
  /** What our own cookie gave there. */
  readonly opened: readonly unknown[]
  readonly steps: readonly RailsSteps[]
  end(): void
}

interface Cookie {
  readonly name: string
  readonly secret: string
  readonly value: string
  readonly session: SessionData
}

const WARM_UP_STEPS = 2000

/** Starts it, or gives the line that says why not. */
export async function startRuby(cookie: Cookie): Promise<Ruby | string> {
  const child = spawn('ruby', [new URL('rails.rb', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = 'ruby is not installed'
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = text.trim().split('\n')[0] ?? ''))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ask = async (request: unknown): Promise<string | undefined> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await lines.next()
    return done === true ? undefined : value
  }
  const hello = await ask(cookie)
  if (hello === undefined) return complaint
  // as: rails.rb writes it
  const { ruby, rails, sealed, opened } = JSON.parse(hello) as Record<'ruby' | 'rails', string> &
    Pick<Ruby, 'sealed' | 'opened'>
  const slices = async (who: string, what: string): Promise<Elsewhere> => {
    const time = async (steps: number): Promise<number> => Number(await ask([who, what, steps]))
    const steps = Math.max(1, Math.round((SLICE_MS * 1000) / (await time(WARM_UP_STEPS))))
    return { slice: async () => time(steps) }
  }
  const stepsOf = async (who: string, name: string): Promise<RailsSteps> => ({
    name,
    seal: await slices(who, 'seal'),
    open: await slices(who, 'open'),
  })
  return {
    version: `${rails}, Ruby ${ruby}`,
    sealed,
    opened,
    steps: [await stepsOf('jar', 'Rails, cookies.encrypted'), await stepsOf('encryptor', 'Rails, MessageEncryptor')],
    end: () => child.stdin.end(),
  }
}
