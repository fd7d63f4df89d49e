'use client'

/** Where nothing of the session was lost: an action that throws commits nothing. */
export default function ErrorPage() {
  return <main role="alert">Something went wrong</main>
}
