import type { HeldSession } from './held-session.ts'

/** How storing a value went: empty if no statement threw. */
export interface Attempt {
  /** The statement that threw; those after it did not run. */
  readonly failedAt?: 'assignment' | 'save'
  readonly error?: string
  /** Whether the first frame of the stack is the very statement, in the contender's file. */
  readonly ownLine?: boolean
}

/** Stores `value` as an application does: an assignment and, where the library wants one, a call that saves. */
export async function attempt(session: HeldSession, value: unknown): Promise<Attempt> {
  let failedAt: 'assignment' | 'save' = 'assignment'
  try {
    await session.assign(value)
    failedAt = 'save'
    await session.save?.()
    return {}
  } catch (error) {
    if (!(error instanceof Error)) return { failedAt, error: String(error), ownLine: false }
    const code: unknown = Reflect.get(error, 'code')
    const name = typeof code === 'string' ? `${error.name} [${code}]` : error.name
    return { failedAt, error: `${name}: ${error.message}`, ownLine: beginsInContender(error) }
  }
}

/** In words, an attempt whose statements threw. */
export function failure({ failedAt, ownLine }: Attempt): string | undefined {
  if (failedAt === undefined) return undefined
  if (failedAt === 'save') return 'error at `save()`'
  return ownLine === true ? 'error at the assignment' : 'error inside the library, at the assignment'
}

function beginsInContender({ stack = '' }: Error): boolean {
  const first = stack.split('\n').find((line) => /^ {4}at /.test(line)) ?? ''
  return first.includes('/bench/behaviour/contenders/')
}
