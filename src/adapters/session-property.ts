import { blameCaller, SessionError } from '../errors.ts'

interface OfRequest {
  of(request: object): unknown
}

/** The sessions that `session` of a request is one of. */
const SESSIONS: unique symbol = Symbol('sessions of this request')

interface RequestWithSession {
  [SESSIONS]?: OfRequest
}

/** Makes `request.session` a session of those; of two that a request goes through, the first. */
export function setSessions(request: object & RequestWithSession, sessions: OfRequest): void {
  request[SESSIONS] ??= sessions
}

/**
 * Gives `session` to whatever inherits from `shared`: an application's requests, all of them, as to define a property on each
 * takes longer than all else that an adapter does. A request that no session came by has none.
 */
export function defineSession(shared: object): void {
  Object.defineProperty(shared, 'session', property)
}

const property: PropertyDescriptor & ThisType<RequestWithSession> = {
  configurable: true,
  get() {
    return this[SESSIONS]?.of(this)
  },
  /** Other requests of the application may be served by another library, which puts its own session there. */
  set: function set(value: unknown) {
    if (this[SESSIONS] !== undefined) blameCaller(set, refuseAssignment)
    Object.defineProperty(this, 'session', { value, writable: true, enumerable: true, configurable: true })
  },
}

/**
 * What other libraries understand as the end of a session, or as another one in its place, would be lost here.
 *
 * @throws `ERR_SESSION_VALUE`
 */
export function refuseAssignment(): never {
  return blameCaller(refuseAssignment, () => {
    throw new SessionError(
      'ERR_SESSION_VALUE',
      'The session of a request cannot be assigned. End it with session.destroy(), begin an empty one with session.reset(), or write to it: Object.assign(session, { … }).',
    )
  })
}
