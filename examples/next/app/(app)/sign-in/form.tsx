'use client'

import { useActionState } from 'react'
import { signIn } from '@/app/actions'

export function SignInForm() {
  const [{ error }, action] = useActionState(signIn, {})
  return (
    <form action={action}>
      <input name="email" aria-label="Address" type="email" />
      <input name="password" aria-label="Password" type="password" />
      <button>Sign in</button>
      {error !== undefined && <p role="alert">{error}</p>}
    </form>
  )
}
