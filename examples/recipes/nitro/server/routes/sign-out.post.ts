import { defineHandler } from 'nitro'
import { redirect } from 'nitro/h3'
import { sessions } from '../sessions.ts'

export default defineHandler((event) => {
  sessions.of(event.req).destroy()
  return redirect('/', 303)
})
