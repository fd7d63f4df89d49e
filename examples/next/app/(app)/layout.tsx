import type { ReactNode } from 'react'
import { Notice } from './notice'
import { sessions } from '@/sessions'

/** What every page has that depends on the visitor. */
export default async function Layout({ children }: { children: ReactNode }) {
  const { flash } = await sessions.read()
  return (
    <>
      <Notice text={typeof flash['notice'] === 'string' ? flash['notice'] : undefined} />
      {children}
    </>
  )
}
