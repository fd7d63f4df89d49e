import type { Server } from 'node:http'
import type { Sessions } from 'coatcheck'
import { honoApp } from './app/hono.ts'
import { NODE_APPS } from './app/node.ts'
import { downSessions, sessions, storedSessions } from './app/sessions.ts'
import type { Data } from './app/routes.ts'
import { webApp } from './app/web.ts'
import type { RuntimeCase } from './case.ts'
import { alphabetCases } from './cases/alphabet.ts'
import { blameCases } from './cases/blame.ts'
import { cookieCases } from './cases/cookies.ts'
import { guardCases } from './cases/guard.ts'
import { lifeCases } from './cases/life.ts'
import { railsCases } from './cases/rails.ts'
import { sealCases } from './cases/seals.ts'
import { secrecyCases } from './cases/secrecy.ts'
import { vectorCases } from './cases/vectors.ts'
import { outageCases } from './cases/outage.ts'
import { visitCases } from './cases/visits.ts'

/** An application that answers. */
export interface Served {
  readonly origin: string
  readonly stop: () => unknown
}

export type Fetch = (request: Request) => Response | Promise<Response>

/** A runtime, as the suites need it. */
export interface Runtime {
  /** What `console.log` of this runtime writes of a value. */
  readonly show: (value: unknown) => string
  /** The folder that has the cookies of real Rails versions. */
  readonly railsVectors: string
  /** Serves on a free port, as the runtime has it done. */
  readonly serve: (fetch: Fetch) => Served | Promise<Served>
  /** The same for a server of `node:http`. */
  readonly serveNode: (server: Server) => Served | Promise<Served>
}

/** Cases, and the application that has to be running for them. */
export interface Suite {
  /** What a report counts it under. */
  readonly title: string
  /** Which of the suites of that title. */
  readonly where?: string
  readonly cases: readonly RuntimeCase[]
  readonly start: (runtime: Runtime) => Served | Promise<Served>
}

/** What takes no server: what is sealed, what is refused, and what becomes of a session. */
export const inProcess: Suite = {
  title: 'in the process',
  cases: [
    ...vectorCases,
    ...alphabetCases,
    ...sealCases,
    ...guardCases,
    ...blameCases,
    ...lifeCases,
    ...secrecyCases,
    ...railsCases,
  ],
  start: () => ({ origin: '', stop: () => undefined }),
}

/** Every way to serve the application, with sessions in the cookie, in a store, and in one that does not answer. */
function served(
  title: string,
  start: (sessions: Sessions<Data>, runtime: Runtime) => ReturnType<Suite['start']>,
): Suite[] {
  const suite = (where: string, cases: Suite['cases'], data: Sessions<Data>): Suite => ({
    title,
    where,
    cases,
    start: (runtime) => start(data, runtime),
  })
  return [
    suite('sessions in the cookie', [...visitCases, ...cookieCases], sessions),
    suite('sessions in a store', visitCases, storedSessions),
    suite('sessions in a store that is down', outageCases, downSessions),
  ]
}

/** The application on `Request` and `Response`. */
export const webSuites: readonly Suite[] = [
  ...served('web', (data, { serve }) => serve(webApp(data))),
  ...served('Hono', (data, { serve }) => serve(honoApp(data))),
]

/** The same on `node:http` and the frameworks that stand on it. */
export const nodeSuites: readonly Suite[] = Object.entries(NODE_APPS).flatMap(([title, app]) =>
  served(title, async (data, { serveNode }) => serveNode(await app(data))),
)
