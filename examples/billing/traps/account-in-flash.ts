import { flashAccount } from './mistakes.ts'
import { runMistake } from './run-mistake.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

export const accountInFlash: Trap = {
  id: 'flash',
  title: 'The object in the flash',
  seed: 'That looks like a temporary redirect message, but the flash is carried through the session. If the session is CookieStore, a large flash payload is still a large cookie payload.',
  code: sourceOf('mistakes.ts', 'flashAccount'),
  compilerSays: `Type 'number' is not assignable to type '"a record goes stale: flash a short message, or its id alone"'.`,
  compilerNote: "It says so of the account's id, which is what makes it a record.",
  buttons: [{ action: 'run', label: 'Flash the account' }],
  run: ({ session, account }) =>
    runMistake('Refused at the assignment, like any other value. No message is on its way.', () =>
      flashAccount(session, account),
    ),
}
