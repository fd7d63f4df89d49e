import { Suspense, type ReactNode } from 'react'
import { Flash } from '@/components/flash'

/** What every page has that depends on the visitor, and so is not there before somebody asks. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Suspense>
      <Flash />
      {children}
    </Suspense>
  )
}
