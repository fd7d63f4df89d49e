'use client'

import { usePathname } from 'next/navigation.js'
import { createElement, useEffect, useLayoutEffect, useSyncExternalStore } from 'react'
import { forgetShown, isTaken, show, shown, subscribe, take, type Messages } from './next-flash-messages.ts'

/** What the page knows of its messages, and where they are taken. */
export interface FlashProps {
  /** `{ ...session.flash }`, as a server component read it. Each message that is in it is taken from `from`, and shown once. */
  readonly waiting: Messages
  /** The route handler that gives the messages and ends them, without the `basePath` of next.config. Default `/api/flash`. */
  readonly from?: string | undefined
}

/** An element of React, whose types we do not name: who has no React has none of them. */
export interface FlashElement {
  readonly type: string
  readonly props: object
  readonly key: string | null
}

/**
 * The messages of the flash that are texts, each in a `<p>` with its name as `data-flash`, and with the role `alert` where that is
 * its name, else `status`. They are gone when the visitor goes on, whichever way, and never come again.
 *
 * ```tsx
 * const { flash } = await sessions.read()
 * return <FlashMessages waiting={{ ...flash }} />
 * ```
 */
export function FlashMessages(props: FlashProps): readonly FlashElement[] {
  return Object.entries(useFlash(props)).flatMap(([name, text]) => {
    if (typeof text !== 'string') return []
    return [createElement('p', { key: name, role: name === 'alert' ? 'alert' : 'status', 'data-flash': name }, text)]
  })
}

/** The same messages for a component of your own, those that are no texts included. */
export function useFlash({ waiting, from = '/api/flash' }: FlashProps): Messages {
  const pathname = usePathname()
  const messages = useSyncExternalStore(subscribe, shown, () => waiting)
  const isFromServer = useSyncExternalStore(subscribe, no, yes)
  // The browser shows already what the server has rendered. Of what a router kept of a page nobody knows how old it is.
  useLayoutEffect(() => {
    if (isFromServer && !isTaken(waiting)) show(waiting)
  }, [isFromServer, waiting])
  useEffect(() => void take(waiting, from), [waiting, from])
  useEffect(() => forgetShown, [pathname])
  return messages
}

const no = (): boolean => false
const yes = (): boolean => true
