import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Answer } from './answer.ts'
import { parseSetCookie, type SentCookie } from './sent-cookie.ts'

export interface Reply {
  /** 0 if the response broke off. */
  readonly status: number
  readonly cookies: readonly SentCookie[]
  /** Empty if the application answered with an error. */
  readonly answer: Answer
}

/** Longer than anything here takes on a busy machine; a contender that does not answer is an error, not a cell. */
const PATIENCE_MILLISECONDS = 10_000

/**
 * A GET request with a Cookie header exactly as given.
 *
 * @param onHeaders called when the response's headers are here and its body may still be on the way
 */
export async function request(url: string, cookieHeader: string, onHeaders?: () => void): Promise<Reply> {
  const headers = cookieHeader === '' ? {} : { cookie: cookieHeader }
  const sent = get(url, { headers, signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) })
  const [response] = (await once(sent, 'response')) as [IncomingMessage] // as: what the event brings
  onHeaders?.()
  const cookies = (response.headers['set-cookie'] ?? []).map(parseSetCookie)
  const body = await text(response).catch(() => undefined)
  if (body === undefined) return { status: 0, cookies, answer: {} }
  const { statusCode: status = 0 } = response
  return { status, cookies, answer: status === 200 ? (JSON.parse(body) as Answer) : {} } // as: contenders use `answer`
}
