import { join } from 'node:path'
import type { NextConfig } from 'next'

const kind = process.env['SHOP']

/** The same pages in three ways: as create-next-app configures them, without Cache Components, and with a route for everybody. */
const config: NextConfig = {
  turbopack: { root: join(import.meta.dirname, '..') },
  ...(kind === 'cached'
    ? { cacheComponents: true, partialPrefetching: true, pageExtensions: ['tsx', 'ts', 'cached.tsx'] }
    : {
        basePath: '/shop',
        pageExtensions: ['tsx', 'ts', 'plain.ts', 'plain.tsx', ...(kind === 'baked' ? ['baked.ts'] : [])],
      }),
}

export default config
