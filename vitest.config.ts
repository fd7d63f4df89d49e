import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    // Two cores: the browser test and the fuzzers each keep one busy.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
})
