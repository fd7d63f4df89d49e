import type { ReactNode } from 'react'
import { Flash } from '@/components/flash'
import { Links } from '@/components/links'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <Flash />
      {children}
      <Links />
    </>
  )
}
