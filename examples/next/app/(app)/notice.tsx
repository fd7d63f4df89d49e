'use client'

import { useEffect, useState } from 'react'

/** Shows a flash message and tells the server that it was shown: no server component can take it out of the session. */
export function Notice({ text }: { text: string | undefined }) {
  const [shown, setShown] = useState(text)
  useEffect(() => {
    if (text === undefined) return
    setShown(text)
    void fetch('/api/flash', { method: 'DELETE', keepalive: true })
  }, [text])
  return shown === undefined ? null : <p role="status">{shown}</p>
}
