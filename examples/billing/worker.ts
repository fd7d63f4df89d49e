import { once } from 'node:events'
import { createServer } from 'node:http'
import { createApp } from './app.ts'
import { readSettings } from './settings.ts'

const { port, hosts } = readSettings(process.env)
const app = createApp()

/** A system without IPv6 says one of these for `::1`; the other loopback address is enough then. */
const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

for (const host of hosts) {
  const server = createServer(app)
  try {
    // oxlint-disable-next-line no-await-in-loop -- in turn, so that a taken port is said once
    await once(server.listen({ port, host }), 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (host === '::1' && NO_SUCH_ADDRESS.has(code)) continue
    console.error(whyNot(code, host))
    process.exit(1)
  }
}

// Ctrl-C reaches the whole process group. The primary hears it too and lets its workers finish.
process.on('SIGINT', () => {})
process.send?.('ready')

function whyNot(code: string, host: string): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Choose another one: PORT=${port + 1} npm start`
  if (code === 'EACCES') return `Port ${port} needs more rights than this process has. Choose one above 1023.`
  return `Cannot listen on port ${port} of ${host}: ${code}.`
}
