import { redirect } from 'next/navigation'
import { sessions } from '@/sessions'

export const POST = sessions.route(async (session, _request, { params }: RouteContext<'/accounts/[id]/open'>) => {
  session.accountId = Number((await params).id)
  redirect('/') // commits, as returning does
})
