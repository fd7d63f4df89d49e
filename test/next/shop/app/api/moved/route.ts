import { cookies } from 'next/headers'
import { moved } from '@/sessions'

export const POST = moved.route(async (session) => {
  ;(await cookies()).set('theme', 'dark')
  session.destroy()
  return new Response(null, { status: 204 })
})
