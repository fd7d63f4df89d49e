import { redirect } from '@sveltejs/kit'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = ({ locals: { session } }) => ({
  accountId: session.accountId,
  notice: session.flash.notice,
})

export const actions: Actions = {
  signIn({ locals: { session } }) {
    session.renew()
    session.accountId = 7 // whom your check of the password found
    session.flash.notice = 'Welcome back'
    redirect(303, '/')
  },
  signOut({ locals: { session } }) {
    session.destroy()
    redirect(303, '/')
  },
}
