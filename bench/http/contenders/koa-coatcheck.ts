import Koa from 'koa'
import { serveKoa } from '../../servers/koa-server.ts'
import { koaAdapter, sessions } from '../coatcheck.ts'

const { session } = await koaAdapter()

await serveKoa(new Koa().use(session(sessions)), { of: (ctx) => sessions.of(ctx) })
