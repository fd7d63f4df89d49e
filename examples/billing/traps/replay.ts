import { isIPv6, type Socket } from 'node:net'
import { sessions } from '../billing-sessions.ts'
import { identity } from '../identity.ts'
import { SIGNED_OUT } from '../words/signed-out.ts'

/** What a copied cookie is worth. */
export interface Replay {
  readonly verdict: string
  /** What each worker answered. */
  readonly answers: readonly Answer[]
}

interface Answer {
  readonly worker: number
  readonly status: number
  /** Where the answer sends whoever asks, on 303. */
  readonly location: string | null
}

const WORKERS = 4
/** Requests go round the workers, and other visitors take their turns in between. */
const MOST_REQUESTS = 24

/** A client of its own: another connection, no browser, nothing but the copied header. */
async function requestWith(cookie: string, origin: string): Promise<Answer> {
  const headers = { cookie: `${sessions.name}=${cookie}` }
  const response = await fetch(`${origin}/dashboard`, { headers, redirect: 'manual' })
  await response.body?.cancel()
  const worker = Number(response.headers.get('x-worker'))
  return { worker, status: response.status, location: response.headers.get('location') }
}

/** @param at the connection of whoever presses the button: the server that it reached is the one to ask */
export async function replayOnEveryWorker(cookie: string, at: Socket): Promise<Replay> {
  const { localAddress = '', localPort = 0 } = at
  const origin = `http://${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`
  const answers = new Map<number, Answer>()
  for (let request = 0; answers.size < WORKERS && request < MOST_REQUESTS; request++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each goes to the next worker
    const answer = await requestWith(cookie, origin)
    answers.set(answer.worker, answer)
  }
  const byWorker = [...answers.values()].toSorted((one, other) => one.worker - other.worker)
  return { verdict: await verdictOf(cookie), answers: byWorker }
}

/** What this worker makes of the copy, for the operator: the seal opens either way, and the server decides. */
async function verdictOf(cookie: string): Promise<string> {
  const session = await sessions.load(`${sessions.name}=${cookie}`)
  const status = await identity.status(session)
  if (status.state === 'signed-in') return `Signed in as ${status.user.name}.`
  if (status.state === 'not-allowed') return `Refused. The access of ${status.user.name} is suspended.`
  if (session.refused === 'not-found') return 'Refused. The store has no session for that ticket any more.'
  return `Refused. ${status.because === undefined ? 'There is no such session.' : SIGNED_OUT[status.because]}`
}
