import { redirect } from 'next/navigation'
import { sessions } from '@/sessions'

/** A form of another page may post here. What is written before a redirect is kept. */
export const POST = sessions.route(async (session, _request, { params }: RouteContext<'/accounts/[id]/open'>) => {
  session.accountId = Number((await params).id)
  redirect('/')
})
