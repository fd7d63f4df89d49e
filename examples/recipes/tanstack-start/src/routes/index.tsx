import { createFileRoute } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'
import { getRequest } from '@tanstack/react-start/server'
import { sessions } from '../sessions'

const whoIsThere = createServerFn().handler(() => {
  const { accountId, flash } = sessions.of(getRequest())
  return { accountId, notice: flash.notice }
})

export const Route = createFileRoute('/')({ loader: () => whoIsThere(), component: Home })

function Home() {
  const { accountId, notice } = Route.useLoaderData()
  if (accountId === undefined) {
    return (
      <form method="post" action="/sign-in">
        Signed out <button>Sign in</button>
      </form>
    )
  }
  return (
    <form method="post" action="/sign-out">
      {`Account ${accountId}. ${notice ?? ''}`} <button>Sign out</button>
    </form>
  )
}
