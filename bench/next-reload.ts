/**
 * How long a developer waits in `next dev`: from the moment that a file of the billing example is saved to the moment that the page
 * shows it. Run it with `npm run bench:reload [-- --rounds N]`. It installs Next, into a copy of the example.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { installLocked } from '../test/package/pack.ts'
import { freePort } from '../test/support/free-port.ts'
import { machine } from './machine.ts'
import { quartiles } from './quartiles.ts'
import { markdownTable, spread } from './table-text.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a whole number')

const EXAMPLES = join(import.meta.dirname, '../examples')
/** Beside the example, because its lock file finds the package by the way up. */
const FOLDER = join(EXAMPLES, '.next-reload')

interface Edit {
  readonly title: string
  readonly file: string
  readonly path: string
  /** The file with that number in it, so that the page shows it. */
  readonly edit: (text: string, mark: string) => string
}

const EDITS: readonly Edit[] = [
  {
    title: 'a page without sessions',
    file: 'app/about/page.tsx',
    path: '/about',
    edit: (text, mark) => text.replace('<main>', `<main>${mark}`),
  },
  {
    title: 'a page with sessions',
    file: 'app/(app)/sign-in/page.tsx',
    path: '/sign-in',
    edit: (text, mark) => text.replace('<h1>', `<h1>${mark}`),
  },
  {
    title: '`sessions.ts` itself',
    file: 'sessions.ts',
    path: '/sign-in',
    edit: (text, mark) => `${text}\nconsole.log('${mark}')\n`,
  },
]

const port = await freePort()
rmSync(FOLDER, { recursive: true, force: true })
try {
  cpSync(join(EXAMPLES, 'next'), FOLDER, { recursive: true, filter: (file) => !/node_modules|\.next$/.test(file) })
  installLocked(FOLDER)
  const server = startDev()
  try {
    const rows = []
    // oxlint-disable-next-line no-await-in-loop -- what one edit makes Next build would count for the other
    for (const edit of EDITS) rows.push([edit.title, await measured(edit, server.output)])
    console.log(`Milliseconds from saving to seeing it, in next dev; medians of ${rounds} rounds.`)
    console.log(markdownTable([['what is saved', 'ms'], ...rows], (column) => column === 0).join('\n'))
    console.log(machine())
  } finally {
    await server.stop()
  }
} finally {
  rmSync(FOLDER, { recursive: true, force: true })
}

function startDev(): { readonly output: () => string; readonly stop: () => Promise<unknown> } {
  const child = spawn(
    process.execPath,
    [join(FOLDER, 'node_modules/next/dist/bin/next'), 'dev', '--port', String(port), '--hostname', '127.0.0.1'],
    {
      cwd: FOLDER,
      env: {
        ...process.env,
        NODE_ENV: 'development',
        NEXT_TELEMETRY_DISABLED: '1',
        SESSION_STORE: 'cookie',
        SESSION_SECRET: randomBytes(32).toString('base64url'),
        DATABASE_FILE: join(FOLDER, 'billing.db'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true, // a process group: the server is a child of that one
    },
  )
  const stop = (): Promise<unknown> => {
    const ended = once(child, 'exit')
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    return ended
  }
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { output: () => text, stop }
}

/** The median, with the middle half. */
async function measured({ file, path, edit }: Edit, output: () => string): Promise<string> {
  const original = readFileSync(join(FOLDER, file), 'utf8')
  const times: number[] = []
  // The first round compiles the page, and does not count.
  for (let round = 0; round <= rounds; round++) {
    const mark = `mark-${round}-`
    const saved = performance.now()
    writeFileSync(join(FOLDER, file), edit(original, mark))
    // oxlint-disable-next-line no-await-in-loop -- whoever looks again looks after what was seen
    while (!(await shown(path)).includes(mark) && !output().includes(mark)) await sleep(10)
    if (round > 0) times.push(performance.now() - saved)
    // oxlint-disable-next-line no-await-in-loop -- a developer reads what they see
    await sleep(200)
  }
  writeFileSync(join(FOLDER, file), original)
  return spread(quartiles(times))
}

async function shown(path: string): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  } catch {
    return '' // it does not listen yet
  }
}
