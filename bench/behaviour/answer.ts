import { attempt, type Attempt } from './attempt.ts'
import type { Setup } from './contender.ts'
import type { HeldSession } from './held-session.ts'
import { TEXT, valueOf } from './values.ts'

/** What a route answers, as JSON. */
export interface Answer {
  /** Of a route that writes. */
  readonly attempt?: Attempt
  /** What the session holds: the constructor's name, or `nothing`. */
  readonly found?: string
  /** The value, where it is a text. */
  readonly text?: string
}

/** The cookie of the session that a path is about. */
export function cookieNameFor(path: string): 'session' | 'admin' {
  return path.startsWith('/admin/') ? 'admin' : 'session'
}

/** Whether a path answers with `lateAnswer`. */
export function isLate(path: string): boolean {
  return path === '/late'
}

/** `/write?value=…&padding=…`, `/read` and `/destroy`, each below `/admin` too. */
export async function answer(path: string, session: HeldSession): Promise<string> {
  const { pathname, searchParams } = new URL(path, 'http://localhost')
  const action = pathname.slice(pathname.lastIndexOf('/') + 1)
  if (action === 'write') {
    const value = valueOf(searchParams.get('value'), Number(searchParams.get('padding')))
    return json({ attempt: await attempt(session, value) })
  }
  if (action === 'destroy') {
    await session.destroy()
    return json({})
  }
  const value = session.read()
  return json({ found: nameOf(value), ...(typeof value === 'string' && { text: value }) })
}

/** `/late`: a body in two pieces, and a write to the session between them. */
export async function* lateAnswer(session: HeldSession, { headersArrived }: Setup): AsyncGenerator<string> {
  session.read()
  yield '\n'
  await headersArrived
  yield json({ attempt: await attempt(session, `${TEXT}, written late`) })
}

function nameOf(value: unknown): string {
  return value === undefined || value === null ? 'nothing' : Object(value).constructor.name
}

function json(body: Answer): string {
  return JSON.stringify(body)
}
