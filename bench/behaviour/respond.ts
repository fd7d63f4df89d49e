import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { answer, isLate, lateAnswer } from './answer.ts'
import type { Setup } from './contender.ts'
import type { HeldSession } from './held-session.ts'

/** Answers a request of `node:http` or Express. */
export async function respond(
  path: string,
  response: ServerResponse,
  session: HeldSession,
  setup: Setup,
): Promise<void> {
  if (isLate(path)) await pipeline(Readable.from(lateAnswer(session, setup)), response)
  else response.end(await answer(path, session))
}
