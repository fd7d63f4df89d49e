import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { canInstall, install } from './apt.ts'

const DIRECTORIES = [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  '/usr/bin',
  '/usr/local/bin',
]
/** Where Homebrew keeps what it installs but does not link: Redis and Valkey do not get along there. */
const CELLARS = ['/opt/homebrew/opt', '/usr/local/opt']

/** Where redis-server is: on this machine or, on Debian or Ubuntu where this user may, installed now. @throws with what to install */
export function redisServer(): string {
  const found = findServer('redis')
  if (found !== undefined) return found
  if (canInstall()) {
    install(['redis-server'])
    const installed = findServer('redis')
    if (installed !== undefined) return installed
  }
  throw new Error('redis-server is missing: run apt-get install redis-server, or brew install redis.')
}

export function findServer(name: 'redis' | 'valkey'): string | undefined {
  const places = [...DIRECTORIES, ...CELLARS.map((cellar) => join(cellar, name, 'bin'))]
  return places.map((directory) => join(directory, `${name}-server`)).find((path) => existsSync(path))
}
