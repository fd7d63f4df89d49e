import { createSessions, type OpenedValue } from 'coatcheck'
import { kind, sessions } from '../billing-sessions.ts'
import { readSecrets, sealedWith } from '../sessions.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

const secrets = readSecrets(process.env['SESSION_SECRET'])

function openUnderAnotherName(cookie: string): OpenedValue {
  const others = createSessions({ name: 'admin_session', ...sealedWith(secrets, kind) })
  return others.open(cookie)
}

export const renamedCookie: Trap = {
  id: 'renamed',
  title: 'A renamed cookie',
  seed: 'Every Rails process that shares the same cookie configuration and secret_key_base can read it.',
  code: sourceOf('renamed-cookie.ts', 'openUnderAnotherName'),
  compilerNote: 'Nothing: the visitor renames it, in the browser.',
  buttons: [{ action: 'run', label: 'Open it as admin_session' }],
  run: ({ cookie }) => ({
    headline: 'Same value, same secret, another name: refused. The name is sealed in.',
    facts: [
      { label: `As ${sessions.name}`, text: `ok: ${String(sessions.open(cookie).ok)}`, isCode: true },
      { label: 'As admin_session', text: JSON.stringify(openUnderAnotherName(cookie)), isCode: true },
    ],
  }),
}
