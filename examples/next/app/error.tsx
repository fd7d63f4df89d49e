'use client'

/** Nothing of the session was lost: an action that throws commits nothing. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  const isOutage = error.digest === 'ERR_STORE_UNAVAILABLE'
  return <main role="alert">{isOutage ? 'Please try again in a moment' : 'Something went wrong'}</main>
}
