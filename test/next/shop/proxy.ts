import { NextResponse } from 'next/server'
import { sessions } from './sessions'

export const proxy = sessions.proxy(NextResponse, (session, request) => {
  if (new URL(request.url).pathname.endsWith('/guarded')) session.seen = (session.seen ?? 0) + 1
})

export const config = { matcher: '/((?!_next/static|_next/image|favicon.ico).*)' }
