import type { FlashEntries } from '../session/flash.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'

/** What a session is to hold: its data, its flash among them; or a function that fills it, as `identity.signIn` does. */
export type SessionContent<Data extends object> =
  | ({ readonly [Key in keyof Data]?: Data[Key] | undefined } & { readonly flash?: FlashEntries | undefined })
  | ((session: Session<Data>) => unknown)

/**
 * The cookie of a session that holds `content`, as `name=value` for a Cookie header or a cookie client: a test starts signed in.
 * Sessions that live in a server store are inserted there.
 *
 * ```ts
 * const cookie = await signedInCookie(sessions, { accountId: 7 })
 * await fetch(`${origin}/dashboard`, { headers: { cookie } })
 *
 * await signedInCookie(sessions, (session) => identity.signIn(session, user.id))
 * ```
 *
 * @throws what writing that content to a session throws
 */
export async function signedInCookie<Data extends object>(
  sessions: Sessions<Data>,
  content: SessionContent<Data>,
): Promise<string> {
  const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
  await exchange.load()
  const { session } = exchange
  session.renew() // written even if there is nothing in it
  if (typeof content === 'function') {
    await content(session)
  } else {
    const { flash = {}, ...data }: { flash?: FlashEntries | undefined } = content
    Object.assign(session, data)
    Object.assign(session.flash, flash)
  }
  const { setCookie } = await exchange.commit()
  // Not the only line where `previousCookies` are ended, or the application set cookies of its own.
  const line = setCookie.findLast((each) => each.startsWith(`${sessions.name}=`)) ?? ''
  return line.slice(0, line.indexOf(';'))
}
