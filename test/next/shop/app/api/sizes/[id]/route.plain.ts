import { sessions } from '@/sessions'

export const dynamicParams = false

export function generateStaticParams() {
  return [{ id: 's' }, { id: 'm' }]
}

export const GET = sessions.route((session) => Response.json({ n: session.increment('n') }))
