#!/usr/bin/env node
import { run } from './program.ts'

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  readInput: async () => {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer) // as: no encoding was set, so chunks are bytes
    return Buffer.concat(chunks).toString('utf8')
  },
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
})
