import type { Route } from './routes.ts'
import type { VisitorSession } from './visitor-session.ts'

/** How a handler comes by the session of a request; `Call` is what its framework hands it, as request and response. */
export interface SessionAccess<Call extends readonly unknown[]> {
  of(this: void, ...call: Call): VisitorSession | Promise<VisitorSession>
  /** Where a handler has to say that it changed the session. */
  save?(this: void, session: VisitorSession, ...call: Call): void | Promise<void>
}

/** The handler of that route, which gives the JSON to answer with. A promise where the session takes one. */
export function handlerOf<Call extends readonly unknown[]>(
  { session: use, answer }: Route,
  { of, save }: SessionAccess<Call>,
): (...call: Call) => object | Promise<object> {
  if (use === 'untouched') return () => answer({})
  if (use === 'read' || save === undefined) {
    return (...call) => {
      const session = of(...call)
      return session instanceof Promise ? session.then(answer) : answer(session)
    }
  }
  const change = async (loaded: Promise<VisitorSession>, call: Call): Promise<object> => {
    const session = await loaded
    const body = answer(session)
    await save(session, ...call)
    return body
  }
  return (...call) => {
    const session = of(...call)
    if (session instanceof Promise) return change(session, call)
    const body = answer(session)
    void save(session, ...call)
    return body
  }
}

/** A framework alone: there is an empty object where others have a session. */
export const NO_SESSIONS: SessionAccess<readonly unknown[]> = { of: () => NO_SESSION }
const NO_SESSION: VisitorSession = {}
