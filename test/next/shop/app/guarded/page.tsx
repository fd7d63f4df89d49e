import { Suspense } from 'react'
import { sessions } from '@/sessions'

async function Seen() {
  const { seen } = await sessions.read()
  return <p id="seen">{seen ?? 'none'}</p>
}

export default function Page() {
  return (
    <main>
      <h1>guarded</h1>
      <Suspense>
        <Seen />
      </Suspense>
    </main>
  )
}
