import { Suspense } from 'react'
import { endMoved, writeMoved, writeMovedAndTheme } from '../actions'
import { moved } from '@/sessions'

async function Moved() {
  const { n } = await moved.read()
  return <p id="moved">{n ?? 'none'}</p>
}

export default function Page() {
  return (
    <main>
      <h1>moved</h1>
      <Suspense>
        <Moved />
      </Suspense>
      {Object.entries({ writeMoved, endMoved, writeMovedAndTheme }).map(([name, action]) => (
        <form action={action} key={name}>
          <button>{name}</button>
        </form>
      ))}
    </main>
  )
}
