import Link from 'next/link'

const PATHS = ['/', '/one', '/two', '/target', '/blank', '/within/a', '/within/b', '/guarded']

export function Links({ ahead = true }: { ahead?: boolean }) {
  return (
    <nav>
      {PATHS.map((path) => (
        <Link key={path} href={path} prefetch={ahead}>
          {path}
        </Link>
      ))}
    </nav>
  )
}
