'use server'

import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { moved, sessions } from '@/sessions'

export const bump = sessions.action((session) => void session.increment('n'))

export const bumpTo = sessions.action((session) => {
  session.increment('n')
  redirect('/target')
})

export const save = sessions.action((session) => void (session.flash.notice = 'Saved'))

export const saveTo = sessions.action((session) => {
  session.flash.notice = 'Saved'
  redirect('/one')
})

export const saveWithin = sessions.action((session) => {
  session.flash.notice = 'Saved'
  redirect('/within/a')
})

export const toGuarded = sessions.action(() => redirect('/guarded'))

export const writeMoved = moved.action((session) => void session.increment('n'))

export const endMoved = moved.action((session) => session.destroy())

export const writeMovedAndTheme = moved.action(async (session) => {
  ;(await cookies()).set('theme', 'dark')
  session.increment('n')
  redirect('/moved')
})
