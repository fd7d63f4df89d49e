import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { install } from '../rails/live/apt.ts'

const DIRECTORIES = [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  '/usr/bin',
  '/usr/local/bin',
]
/** Where Homebrew keeps what it installs but does not link: Redis and Valkey do not get along there. */
const CELLARS = ['/opt/homebrew/opt', '/usr/local/opt']

/** Where redis-server is: on this machine or, as root on Debian or Ubuntu, installed now. @throws with what to install */
export function redisServer(): string {
  const found = findServer('redis')
  if (found !== undefined) return found
  if (canInstall()) {
    install(['redis-server'])
    const installed = findServer('redis')
    if (installed !== undefined) return installed
  }
  throw new Error('The tests of redisStore need redis-server: apt-get install redis-server, or brew install redis.')
}

export function findServer(name: 'redis' | 'valkey'): string | undefined {
  const places = [...DIRECTORIES, ...CELLARS.map((cellar) => join(cellar, name, 'bin'))]
  return places.map((directory) => join(directory, `${name}-server`)).find((path) => existsSync(path))
}

/** Whether packages can be installed here without asking anybody. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}
