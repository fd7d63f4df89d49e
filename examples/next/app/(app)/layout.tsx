import type { ReactNode } from 'react'
import { Flash } from '@/components/flash'

/** What every page has that depends on the visitor. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <Flash />
      {children}
    </>
  )
}
