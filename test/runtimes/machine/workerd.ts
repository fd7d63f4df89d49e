import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { VERSIONS } from '../../rails/vectors.ts'
import { RAILS_VECTORS } from '../rails-vectors.ts'
import type { Reports } from '../report.ts'

const HERE = join(import.meta.dirname, '..')

/** As Wrangler bundles a Worker. */
const BUNDLE = [
  '--bundle',
  '--format=esm',
  '--platform=neutral',
  '--main-fields=module,main',
  '--conditions=workerd,worker,browser',
  '--external:node:*',
  '--log-level=warning',
]

/** What the suite says that runs in a Worker. */
export async function reportsOfWorker(workerd: string, esbuild: string): Promise<Reports> {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-worker-'))
  const config = join(folder, 'worker.capnp')
  copyFileSync(join(HERE, 'worker.capnp'), config)
  for (const version of VERSIONS) {
    const file = `rails-${version}.json`
    copyFileSync(join(RAILS_VECTORS, file), join(folder, file))
  }
  execFileSync(esbuild, [join(HERE, 'worker.ts'), ...BUNDLE, `--outfile=${join(folder, 'worker.js')}`])
  const child = spawn(workerd, ['serve', config, '--control-fd=1'], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const response = await fetch(`http://127.0.0.1:${await portOf(child)}/suite`)
    return (await response.json()) as Reports // as: worker.ts answers nothing else
  } finally {
    child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The port that a free one was found for. */
async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('workerd was started without a pipe')
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number } // as: that is how workerd says it
    if (event === 'listen' && port !== undefined) return port
  }
  throw new Error('workerd ended before it listened')
}
