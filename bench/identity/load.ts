import { Agent, get } from 'node:http'
import type { Ready } from './variants.ts'

/** Enough to keep one server busy, few enough not to queue for long. */
const CONNECTIONS = 8

/** Keep-alive connections to one server. */
export interface Load {
  /** Requests that were answered with a dashboard in about that time, one after the other on every connection. */
  run(milliseconds: number): Promise<{ readonly requests: number; readonly seconds: number }>
  close(): void
}

export function openLoad({ port, cookieHeader }: Ready): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, scheduling: 'fifo' })
  const headers = cookieHeader === '' ? {} : { cookie: cookieHeader }
  const request = (): Promise<void> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/dashboard', agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`a dashboard was answered with ${response.statusCode}`))
        response.resume().on('end', resolve)
      }).on('error', reject)
    })
  return {
    async run(milliseconds) {
      let requests = 0
      const began = performance.now()
      const connection = async (): Promise<void> => {
        while (performance.now() - began < milliseconds) {
          // oxlint-disable-next-line no-await-in-loop -- as one browser does
          await request()
          requests++
        }
      }
      await Promise.all(Array.from({ length: CONNECTIONS }, connection))
      return { requests, seconds: (performance.now() - began) / 1000 }
    },
    close: () => agent.destroy(),
  }
}
