import type { FastifyReply } from 'fastify'
import type { CommitHeaders } from '../exchange.ts'
import { isOfOneAnswer } from './one-answer.ts'
import { varyWithCookie } from './vary.ts'

/** What a session adds to a reply. */
export function addHeaders(reply: FastifyReply, { setCookie, vary, noStore }: CommitHeaders): void {
  if (!vary) return
  const names = varyWithCookie(reply.getHeader('vary'))
  if (names !== undefined) reply.header('vary', names)
  if (noStore && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  for (const line of setCookie) reply.header('set-cookie', line) // Fastify keeps those that are there
}

/** Takes off a reply whatever described an answer that does not leave, and nobody reads its body any more. */
export function forgetAnswer(reply: FastifyReply, payload: unknown): void {
  for (const name of Object.keys(reply.getHeaders())) if (isOfOneAnswer(name)) reply.removeHeader(name)
  if (
    typeof payload === 'object' &&
    payload !== null &&
    'destroy' in payload &&
    typeof payload.destroy === 'function'
  ) {
    payload.destroy()
  }
}
