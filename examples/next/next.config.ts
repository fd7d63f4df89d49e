import type { NextConfig } from 'next'

const config: NextConfig = {
  // This folder is the root, not the repository around it, which has a lock file of its own.
  turbopack: { root: import.meta.dirname },
  cacheComponents: true,
  partialPrefetching: true,
  experimental: { authInterrupts: true },
}

export default config
