import { Form } from 'react-router'
import { sessionContext } from '../sessions.server'
import type { Route } from './+types/home'

export function loader({ context }: Route.LoaderArgs) {
  const { accountId, flash } = context.get(sessionContext)
  return { accountId, notice: flash.notice }
}

export default function Home({ loaderData: { accountId, notice } }: Route.ComponentProps) {
  if (accountId === undefined) {
    return (
      <Form method="post" action="/sign-in">
        Signed out <button>Sign in</button>
      </Form>
    )
  }
  return (
    <Form method="post" action="/sign-out">
      {`Account ${accountId}. ${notice ?? ''}`} <button>Sign out</button>
    </Form>
  )
}
