import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { VERSIONS } from '../../rails/vectors.ts'
import { PATIENCE_MS } from './run.ts'
import { RAILS_VECTORS } from '../rails-vectors.ts'
import type { Report } from '../report.ts'

const HERE = join(import.meta.dirname, '..')

/** As Wrangler bundles a Worker. */
const BUNDLE = [
  '--bundle',
  '--format=esm',
  '--platform=node',
  '--main-fields=module,main',
  '--conditions=workerd,worker,browser',
  '--external:node:*',
  '--external:cloudflare:*',
  // CommonJS packages ask for modules of Node with a function that ES modules do not have.
  "--banner:js=import { createRequire } from 'node:module'; const require = createRequire('file:///')",
  '--log-level=warning',
]

/** What the suite says that runs in a Worker. */
export async function reportsOfWorker(workerd: string, esbuild: string): Promise<readonly Report[]> {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-worker-'))
  const config = join(folder, 'worker.capnp')
  copyFileSync(join(HERE, 'worker.capnp'), config)
  for (const version of VERSIONS) {
    const file = `rails-${version}.json`
    copyFileSync(join(RAILS_VECTORS, file), join(folder, file))
  }
  execFileSync(esbuild, [join(HERE, 'worker.ts'), ...BUNDLE, `--outfile=${join(folder, 'worker.js')}`])
  const child = spawn(workerd, ['serve', config, '--control-fd=3'], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  try {
    const response = await fetch(`http://127.0.0.1:${await portOf(child)}/suites`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    return (await response.json()) as readonly Report[] // as: worker.ts answers nothing else
  } finally {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The port that a free one was found for. */
async function portOf(child: ChildProcess): Promise<number> {
  const control = child.stdio[3] as Readable // as: it was started with a pipe there
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number } // as: that is how workerd says it
    if (event === 'listen' && port !== undefined) return port
  }
  throw new Error('workerd ended before it listened')
}
