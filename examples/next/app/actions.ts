'use server'

import { notFound, redirect } from 'next/navigation'
import { currentUser, identity } from '@/identity'
import { sessions } from '@/sessions'
import { findAccount, userByPassword } from '@/users'

/** What `useActionState` shows after a wrong password. */
export type SignInState = { readonly error?: string }

export const signIn = sessions.action(async (session, _: SignInState, form: FormData): Promise<SignInState> => {
  const user = userByPassword(form.get('email'), form.get('password'))
  if (user === undefined) return { error: 'Wrong address or password' }
  await identity.signIn(session, user.id, { method: 'password' })
  session.accountId = 1
  session.flash.notice = `Welcome, ${user.name}`
  redirect('/')
})

export const switchAccount = sessions.action(async (session, form: FormData) => {
  await currentUser() // an action is an endpoint of its own: whoever can post may call it
  const account = findAccount(Number(form.get('account'))) ?? notFound()
  session.accountId = account.id
  session.flash.notice = `Switched to ${account.name}`
})

export const signOut = sessions.action(async (session) => {
  await identity.signOut(session)
  redirect('/sign-in')
})

export const failAfterWriting = sessions.action((session) => {
  session.visits = 100
  throw new Error('This action failed, and what it wrote is not kept')
})
