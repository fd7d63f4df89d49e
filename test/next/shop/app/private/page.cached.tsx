import { Suspense } from 'react'
import { bump } from '../actions'
import { sessions } from '@/sessions'

async function count() {
  'use cache: private'
  return (await sessions.read()).n ?? null
}

async function Private() {
  return <p id="private">{(await count()) ?? 'none'}</p>
}

export default function Page() {
  return (
    <main>
      <h1>private</h1>
      <Suspense>
        <Private />
      </Suspense>
      <form action={bump}>
        <button>bump</button>
      </form>
    </main>
  )
}
