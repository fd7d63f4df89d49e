import { SessionError } from 'coatcheck'
import type { NextFunction, Request, Response } from 'express'
import { renderPage, renderWithoutSession } from './render-page.ts'
import { reasonOf } from './words/reason.ts'

/** What a handler throws to answer with a page and a status instead of its own page. */
export class PageError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function handleUnknownPaths(_req: Request, _res: Response, next: NextFunction): void {
  next(new PageError(404, 'There is no such page.'))
}

/** Express knows an error handler by its four parameters. */
export async function handleErrors(error: unknown, req: Request, res: Response, next: NextFunction): Promise<void> {
  if (res.headersSent) {
    next(error)
    return
  }
  if (error instanceof SessionError && error.code === 'ERR_STORE_UNAVAILABLE') {
    answerUnavailable(error, req, res)
    return
  }
  const status = statusOf(error)
  if (status >= 500) console.error(error)
  const message = error instanceof PageError ? error.message : `The server answered with status ${status}.`
  await renderPage(req, res.status(status), 'message', { title: status === 404 ? 'Not found' : 'Sorry', message })
}

/** The session is out of reach, or whether it still counts. This page must not ask for it, because that would fail again. */
function answerUnavailable(error: SessionError, req: Request, res: Response): void {
  console.error(`${error.message} The reason: ${reasonOf(error.cause ?? 'it took too long')}.`)
  res.status(error.status).set(error.headers ?? {})
  renderWithoutSession(req, res, 'unavailable', { title: 'Please try again', forTheOperator: error.message })
}

/** Express, its body parser and coatcheck give their errors a status; anything without one is a bug of ours. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500
}
