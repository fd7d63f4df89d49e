import type { FastifyReply } from 'fastify'
import type { CommitHeaders } from '../exchange.ts'
import { isOfOneAnswer } from './one-answer.ts'
import { isForSharedCaches, keepsFromCaches, unsharedCacheControl } from './shared-caches.ts'
import { varyWithCookie } from './vary.ts'

/** What a session adds to a reply. */
export function addHeaders(reply: FastifyReply, commit: CommitHeaders): void {
  if (!commit.vary) return
  const names = varyWithCookie(reply.getHeader('vary'))
  if (names !== undefined) reply.header('vary', names)
  if (!keepsFromCaches(commit)) return
  const cacheControl = unsharedCacheControl(reply.getHeader('cache-control'), commit)
  if (cacheControl !== undefined) reply.header('cache-control', cacheControl).removeHeader('expires')
  for (const name of Object.keys(reply.getHeaders())) if (isForSharedCaches(name)) reply.removeHeader(name)
  // A list of our own: Fastify puts values into the one that is there, which the application may give to the next visitor.
  const others = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  reply.removeHeader('set-cookie').header('set-cookie', [...others, ...commit.setCookie])
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
