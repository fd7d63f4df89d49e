import { session } from 'coatcheck/web'
import { H3, redirect } from 'h3'
import { serve } from 'srvx'
import { late } from './late.ts'
import { sessions } from './sessions.ts'

const app = new H3()
  .get('/', (event) => {
    const { accountId, flash } = sessions.of(event.req)
    return accountId === undefined ? 'Signed out' : `Account ${accountId}. ${flash.notice ?? ''}`
  })
  .post('/sign-in', (event) => {
    const session = sessions.of(event.req)
    session.renew()
    session.accountId = 7 // whom your check of the password found
    session.flash.notice = 'Welcome back'
    return redirect('/', 303)
  })
  .post('/sign-out', (event) => {
    sessions.of(event.req).destroy()
    return redirect('/', 303)
  })
  .get('/late', late)

serve({ fetch: session(sessions, app.fetch) })
