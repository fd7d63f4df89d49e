import { Suspense } from 'react'
import { sessions } from '@/sessions'

async function Read({ id }: { id: string }) {
  const { n } = await sessions.read()
  return <p id={id}>{n ?? 'none'}</p>
}

export function Count({ id }: { id: string }) {
  return (
    <Suspense>
      <Read id={id} />
    </Suspense>
  )
}
