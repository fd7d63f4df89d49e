import { NextResponse } from 'next/server'
import { sessions } from './sessions'

/** A first look, before anything is rendered. Whether the session still counts is asked where the data is: `currentUser()`. */
export const proxy = sessions.proxy(NextResponse, (session, request) => {
  const { pathname } = new URL(request.url)
  if (pathname === '/' && session.isNew) return NextResponse.redirect(new URL('/sign-in', request.url))
})

export const config = {
  matcher: [
    {
      source: '/((?!_next/static|_next/image|favicon.ico).*)',
      missing: [{ type: 'header', key: 'next-router-prefetch' }], // nobody looks at a page that is fetched ahead
    },
  ],
}
