#!/usr/bin/env node
import { setTimeout } from 'node:timers/promises'
import { run } from './program.ts'
import { onSignal } from './signals.ts'

// Whoever reads may have seen enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  readInput: async () => {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer) // as: no encoding was set, so chunks are bytes
    return Buffer.concat(chunks).toString('utf8')
  },
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  columns: () => (process.stdout.isTTY && process.env['TERM'] !== 'dumb' ? process.stdout.columns || 80 : undefined),
  now: Date.now,
  pause: (milliseconds) => setTimeout(milliseconds),
  onSignal,
})
