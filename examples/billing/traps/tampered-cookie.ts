import { sessions } from '../billing-sessions.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

/** Changes one character in the middle, which is one of the encrypted ones. */
function tamper(cookie: string): string {
  const value = decodeURIComponent(cookie)
  const at = Math.floor(value.length / 2)
  const other = value[at] === 'A' ? 'B' : 'A'
  return encodeURIComponent(value.slice(0, at) + other + value.slice(at + 1))
}

export const tamperedCookie: Trap = {
  id: 'tampered',
  title: 'A tampered cookie',
  seed: 'If any part of that message is changed, Rails cannot decrypt and verify it. The session data is not accepted.',
  code: sourceOf('tampered-cookie.ts', 'tamper'),
  compilerNote: 'Nothing: this is what arrives from outside.',
  buttons: [
    { action: 'open', label: 'Open it here' },
    { action: 'send', label: 'Give it to my browser' },
  ],
  run: ({ action, cookie, jar }) => {
    const tampered = tamper(cookie)
    const facts = [{ label: 'sessions.open()', text: JSON.stringify(sessions.open(tampered)), isCode: true }]
    if (action !== 'send') {
      return { headline: 'Refused, with a reason for the operator and none for the visitor.', facts }
    }
    // Under the session's own name: the browser replaces the good cookie by this one. The jar encodes what it is given.
    jar.set(sessions.name, decodeURIComponent(tampered))
    return {
      headline:
        'Your browser holds the tampered cookie now. Whatever you click next, you are signed out, without an error.',
      facts,
    }
  },
}
