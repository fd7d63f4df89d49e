import { join } from 'node:path'
import { Eta } from 'eta'
import type { Request, Response } from 'express'
import { kind, place, sessions } from './billing-sessions.ts'
import { formatMoney, formatNumber, shorten } from './format.ts'
import { inspectRequest } from './inspect-request.ts'
import { findStatus, findVisitor } from './visitor.ts'
import { ago } from './words/ago.ts'

const eta = new Eta({ views: join(import.meta.dirname, 'views'), cache: true })

/** What a view is given; every page has a title. */
export interface PageData {
  readonly title: string
  readonly [name: string]: unknown
}

/** Renders a view inside the layout: navigation, flash messages, footer and inspector are the same on every page. */
export async function renderPage(req: Request, res: Response, view: string, data: PageData): Promise<void> {
  // First of all, because a session that does not count any more has no messages either.
  const status = await findStatus(req)
  const visitor = status === undefined ? undefined : await findVisitor(req)
  const { flash } = sessions.of(req)
  const messages = { notice: flash['notice'], alert: flash['alert'] }
  // After the flash was read, which takes it out of the session: the meter shows what will leave.
  const inspection = await inspectRequest(req, status)
  send(req, res, view, { visitor, messages, inspection, ...data })
}

/** For when nobody can say what the session is: a page that asks for none of it. */
export function renderWithoutSession(req: Request, res: Response, view: string, data: PageData): void {
  send(req, res, view, { visitor: undefined, messages: {}, inspection: undefined, ...data })
}

function send(req: Request, res: Response, view: string, data: PageData): void {
  const now = Date.now()
  const page = {
    path: req.path,
    isRails: kind === 'rails',
    place,
    worker: process.pid,
    formatMoney,
    formatNumber,
    shorten,
    formatAgo: (milliseconds: number) => ago(milliseconds, now),
    formatIso: (milliseconds: number) => new Date(milliseconds).toISOString(),
    ...data,
  }
  // Somebody else's screen after sign-out: the back button must ask the server again.
  res.set('Cache-Control', 'no-store').type('html').send(eta.render(view, page))
}
