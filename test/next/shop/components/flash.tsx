import { FlashMessages } from 'coatcheck/next/flash'
import { Suspense } from 'react'
import { sessions } from '@/sessions'

async function Waiting() {
  const { flash } = await sessions.read()
  return <FlashMessages waiting={{ ...flash }} />
}

export function Flash() {
  return (
    <Suspense>
      <Waiting />
    </Suspense>
  )
}
