import { isError, lineOf } from '../errors.ts'
import type { AnswerEvent } from '../exchange.ts'
import type { NodeResponse } from './node-response.ts'
import { forgetAnswer } from './response-headers.ts'

/** Whom the operator hears from. */
export interface Telling {
  tell(event: AnswerEvent): void
}

/** Tells the operator why an answer failed, where no handler can catch it any more. */
export function tellFailure(exchange: Telling, error: unknown): void {
  const { name, code = name } = isError(error) ? (error as NodeJS.ErrnoException) : { name: typeof error } // as: it may have a code
  exchange.tell({ type: 'answer-failed', code, line: isError(error) ? lineOf(error) : undefined })
}

/** Ends an answer that failed so: with 500 as long as nothing of it has left, else as if the connection were lost. */
export function endFailed(response: NodeResponse, exchange: Telling, error: unknown): void {
  tellFailure(exchange, error)
  if (response.writableEnded) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  forgetAnswer(response)
  response.statusCode = 500
  response.end()
}

/** Runs what answers in place of a failed answer, and ends that one too if it fails, now or later. */
export function answerInstead(response: NodeResponse, exchange: Telling, answer: () => unknown): unknown {
  try {
    const answered = answer()
    if (answered instanceof Promise) return answered.catch((error: unknown) => endFailed(response, exchange, error))
    return answered
  } catch (error) {
    endFailed(response, exchange, error)
    return undefined
  }
}
