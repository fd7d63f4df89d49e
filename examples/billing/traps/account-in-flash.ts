import { flashAccount } from './mistakes.ts'
import { runMistake } from './run-mistake.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

export const accountInFlash: Trap = {
  id: 'flash',
  title: 'The object in the flash',
  seed: 'That looks like a temporary redirect message, but the flash is carried through the session. If the session is CookieStore, a large flash payload is still a large cookie payload.',
  code: sourceOf('mistakes.ts', 'flashAccount'),
  compilerSays: "Type 'Account' is not assignable to type 'FlashValue | undefined'.",
  compilerNote:
    'Only because Account is an interface. As a type alias it would pass, and be refused when the line runs.',
  buttons: [{ action: 'run', label: 'Flash the account' }],
  run: ({ session, account }) =>
    runMistake('Refused at the assignment, like any other value. No message is on its way.', () =>
      flashAccount(session, account),
    ),
}
