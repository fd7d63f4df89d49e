import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Runs the tests that do a part of their work in `npm test`, with all of it: those that import `test/support/proof.ts`.
 * Run by `npm run test:proofs`.
 */
const root = join(import.meta.dirname, '..')
const heavy = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
  readFileSync(join(root, file), 'utf8').includes('support/proof.ts'),
)

const { status } = spawnSync(process.execPath, [join(root, 'scripts/test.ts'), ...heavy, ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, PROOFS: 'whole' },
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = status ?? 1
