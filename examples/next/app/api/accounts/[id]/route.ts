import { notFound } from 'next/navigation'
import { sessions } from '@/sessions'
import { findAccount } from '@/users'

export const GET = sessions.route(async (session, _request, { params }: RouteContext<'/api/accounts/[id]'>) => {
  const { id } = await params
  session.lookedFor = id // kept, although the answer is 404
  return Response.json(findAccount(Number(id)) ?? notFound())
})
