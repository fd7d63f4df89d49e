import type { ReactNode } from 'react'
import { Notice } from './notice'
import { sessions } from '@/sessions'

export default async function Layout({ children }: { children: ReactNode }) {
  const { flash } = await sessions.read()
  return (
    <html lang="en">
      <body>
        <Notice text={typeof flash['notice'] === 'string' ? flash['notice'] : undefined} />
        {children}
      </body>
    </html>
  )
}
