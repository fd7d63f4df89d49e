'use client'

export function Shown({ session }: { session: object }) {
  return <p>{JSON.stringify(session)}</p>
}
