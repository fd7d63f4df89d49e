import { CACHE_BYTES } from './environment.ts'
import { installedVersion } from '../installed-version.ts'
import type { Contender, Framework } from '../servers/contender.ts'

/** A framework with those whose ratios the goals speak of. */
export interface HttpFramework extends Framework {
  readonly coatcheck: Contender
  /** The same, which decrypts every cookie. */
  readonly forgetful: Contender
  /** Ours without a middleware, where that is another way. */
  readonly around: Contender | undefined
  readonly handWritten: Contender
  /** What any middleware costs there, where there are any. */
  readonly noOp: Contender | undefined
}

/** In the order of the table. */
export const FRAMEWORKS: readonly HttpFramework[] = [
  frameworkOf('express', `Express ${installedVersion('express')}`, [
    ['express-no-op', 'a middleware that does nothing'],
    ['express-session', `express-session ${installedVersion('express-session')}, in memory`, 'memory'],
    ['express-cookie-session', `cookie-session ${installedVersion('cookie-session')}, signs only`, 'cookie'],
  ]),
  frameworkOf('express4', `Express ${installedVersion('express4')}`, []),
  frameworkOf('fastify', `Fastify ${installedVersion('fastify')}`, [
    ['fastify-no-op', 'two hooks that do nothing'],
    [
      'fastify-secure-session',
      `@fastify/secure-session ${installedVersion('@fastify/secure-session')}, native`,
      'cookie',
    ],
  ]),
  frameworkOf('koa', `Koa ${installedVersion('koa')}`, [
    ['koa-no-op', 'a middleware that does nothing'],
    ['koa-session', `koa-session ${installedVersion('koa-session')}, signs only`, 'cookie'],
  ]),
  frameworkOf('hono', `Hono ${installedVersion('hono')}`, [
    ['hono-within-web', 'coatcheck/web around Hono', 'cookie'],
    ['hono-no-op', 'a middleware that does nothing'],
    ['hono-sessions', `hono-sessions ${installedVersion('hono-sessions')}, in the cookie`, 'cookie'],
  ]),
  frameworkOf('node', 'node:http', [
    ['node-iron-session', `iron-session ${installedVersion('iron-session')}`, 'cookie'],
  ]),
]

function frameworkOf(
  file: string,
  title: string,
  others: readonly (readonly [server: string, title: string, sessions?: Contender['sessions']])[],
): HttpFramework {
  const coatcheck = contender(`${file}-coatcheck`, 'coatcheck', 'cookie')
  const forgetful: Contender = {
    ...coatcheck,
    title: 'coatcheck, cacheBytes: 0',
    env: { [CACHE_BYTES]: '0' },
  }
  const handWritten = contender(`${file}-hand-written`, 'AES-256-GCM by hand', 'cookie')
  const rest = others.map((other) => contender(...other))
  const ending = (end: string): Contender | undefined => rest.find(({ server }) => server.endsWith(end))
  return {
    bare: { title, server: `servers/alone/${file}` },
    coatcheck,
    forgetful,
    around: ending('-within-web'),
    handWritten,
    noOp: ending('-no-op'),
    contenders: [coatcheck, forgetful, handWritten, ...rest],
  }
}

function contender(server: string, title: string, sessions?: Contender['sessions']): Contender {
  return { title, server: `http/contenders/${server}`, sessions }
}
