import type { CookieJar } from 'coatcheck'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { place } from '../billing-sessions.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

/** The mistake: memory of this process, which the three others cannot see and which dies with it. */
const GLOBAL_SESSIONS = new Map<string, { readonly userName: string }>()

const SOURCE = place === undefined ? 'the sealed cookie' : `the session in ${place.title}`
const HISTORY_LENGTH = 8
const history = z.array(z.string()).catch([])

function rememberInProcess(jar: CookieJar, userName: string): void {
  const id = randomUUID()
  GLOBAL_SESSIONS.set(id, { userName })
  jar.set('naive_sid', id)
}

function recallFromProcess(jar: CookieJar): string | undefined {
  return GLOBAL_SESSIONS.get(jar.get('naive_sid') ?? '')?.userName
}

export const globalHash: Trap = {
  id: 'global-hash',
  title: 'The contrast: a global hash in each of four processes',
  seed: 'That worker looks at its own isolated GLOBAL_SESSIONS hash, finds nothing, and boots the user back to the login screen. From the user’s perspective, the application randomly forgot who they were.',
  code: `const GLOBAL_SESSIONS = new Map()\n\n${sourceOf('global-hash.ts', 'rememberInProcess')}\n\n${sourceOf('global-hash.ts', 'recallFromProcess')}`,
  compilerNote: 'Nothing: a Map is a fine Map. This card is how not to do it, and the only one that uses no session.',
  buttons: [
    { action: 'remember', label: 'Sign in to the hash' },
    { action: 'recall', label: 'Who am I?' },
  ],
  run: ({ action, jar, user }) => {
    const isNew = action === 'remember'
    if (isNew) rememberInProcess(jar, user.name)
    const name = recallFromProcess(jar)
    const answer = name === undefined ? 'forgot you' : `${isNew ? 'now remembers' : 'remembers'} ${name}`
    const entry = `Worker ${process.pid} ${answer}.`
    // Signed, in a cookie of its own: what the visitor carries is there on every worker.
    const entries = [...(isNew ? [] : history.parse(jar.signed.get('naive_history'))), entry].slice(-HISTORY_LENGTH)
    jar.signed.set('naive_history', entries)
    return {
      headline: `${entry} ${isNew ? 'Now ask a few times: each request is another worker’s.' : ''}`.trim(),
      facts: [{ label: 'coatcheck, same request', text: `${user.name}, from ${SOURCE}, on every worker` }],
      history: entries,
    }
  },
}
