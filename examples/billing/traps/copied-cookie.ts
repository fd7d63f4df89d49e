import { keepCopy } from '../data/copied-cookies.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

export const copiedCookie: Trap = {
  id: 'copied-cookie',
  title: 'A copied cookie',
  seed: 'If someone copied that cookie earlier, they can replay the same encrypted string until the server rejects the state inside it.',
  code: sourceOf('replay.ts', 'requestWith'),
  compilerNote: 'Nothing: the copy is the same cookie to the last bit, and opens as well as yours.',
  buttons: [{ action: 'copy', label: 'Copy my cookie' }],
  run: ({ cookie, user }) => ({
    headline:
      'Another client has it now. Replay it there, sign out here, and replay it again: the server decides, on every worker.',
    facts: [{ label: 'Copy', text: `number ${keepCopy(cookie, user.name)}, ${cookie.length} characters` }],
    link: { path: '/traps/copied', label: 'Go to the other client' },
  }),
}
