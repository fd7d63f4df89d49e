import { keepAccount, RECORD_SENTENCE } from './mistakes.ts'
import { runMistake } from './run-mistake.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

export const accountInSession: Trap = {
  id: 'account',
  title: 'The account object in the session',
  seed: 'Nothing about the controller tells you that you just asked Rails to serialize an Active Record object into an HTTP cookie.',
  code: sourceOf('mistakes.ts', 'keepAccount'),
  compilerSays: `Type 'Account' is not assignable to type '"${RECORD_SENTENCE}"'.`,
  compilerNote: 'The sentence is the type: an editor shows it while the line is written.',
  buttons: [{ action: 'run', label: 'Store the account' }],
  run: ({ session, account }) =>
    runMistake('Refused at the assignment. The session is as it was, and you are still signed in.', () =>
      keepAccount(session, account),
    ),
}
