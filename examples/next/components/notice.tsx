'use client'

import { useEffect, useState } from 'react'

/** Shows a message and says that it was shown, which ends it. */
export function Notice({ text }: { text: string | undefined }) {
  const [shown, setShown] = useState(text)
  useEffect(() => {
    if (text === undefined) return
    setShown(text)
    void fetch('/api/flash', { method: 'DELETE', keepalive: true })
  }, [text])
  return shown === undefined ? null : <p role="status">{shown}</p>
}
