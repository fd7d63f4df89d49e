import assert from 'node:assert/strict'
import { CookieJar, createSealer, createSessions, SessionError, type AnyData, type Session } from 'coatcheck'
import { MessageEncryptor, railsFormat } from 'coatcheck/rails'
import { SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

const sessions = createSessions({ name: 'blamed', secrets: [SECRET] })
const sealer = createSealer({ secrets: [SECRET], purpose: 'blame' })
const never = new Date() as never

/** Each makes its mistake on the line on which it says `here()`. */
const MISTAKES: Readonly<Record<string, (here: () => void) => unknown>> = {
  'an assignment': (here) => {
    const session = begin()
    return [here(), (session['a'] = never)]
  },
  'an assignment inside a value': (here) => {
    const session = begin()
    session['a'] = { b: { c: 1 } }
    const { b } = session['a'] as { b: { c: unknown } } // as: the line above
    return [here(), (b.c = never)]
  },
  'a push': (here) => {
    const session = begin()
    session['a'] = [1]
    const list = session['a'] as unknown[] // as: the line above
    return [here(), list.push(never)]
  },
  'an increment': (here) => {
    const session = begin()
    session['a'] = 'text'
    return [here(), session.increment('a')]
  },
  'a flash': (here) => {
    const session = begin()
    return [here(), (session.flash['notice'] = never)]
  },
  'a flash for now': (here) => {
    const session = begin()
    return [here(), (session.flash.now['notice'] = never)]
  },
  'reading after destroy()': (here) => {
    const session = begin()
    session.destroy()
    return [here(), session['a']]
  },
  'renew() after destroy()': (here) => {
    const session = begin()
    session.destroy()
    return [here(), session.renew()]
  },
  'listing after destroy()': (here) => {
    const session = begin()
    session.destroy()
    return [here(), Object.keys(session)]
  },
  'writing to a session that is for reading': (here) => {
    const session = sessions.read(undefined) as object as Session<AnyData> // as: JavaScript has no types that would stop it
    return [here(), (session['a'] = 1)]
  },
  'an overflow': (here) => {
    const session = begin()
    for (const key of ['a', 'b']) session[key] = 'x'.repeat(1000)
    return [here(), ((session['c'] = 'x'.repeat(1000)), (session['d'] = 'x'.repeat(1000)))]
  },
  'sessions.of() of a stranger': (here) => {
    return [here(), sessions.of({})]
  },
  'sessions.jar() of a stranger': (here) => {
    return [here(), sessions.jar({})]
  },
  'sessions.seal()': (here) => {
    return [here(), sessions.seal({ a: never })]
  },
  'createSessions()': (here) => {
    return [here(), createSessions({ name: 'no name', secrets: [SECRET] })]
  },
  'createSealer()': (here) => {
    return [here(), createSealer({ secrets: [], purpose: 'x' })]
  },
  'sealer.seal()': (here) => {
    return [here(), sealer.seal(never)]
  },
  'new CookieJar()': (here) => {
    return [here(), new CookieJar({ secrets: ['short'] })]
  },
  'jar.encrypted.set()': (here) => {
    const jar = new CookieJar({ secrets: [SECRET] })
    return [here(), jar.encrypted.set('a', never)]
  },
  'jar.delete() after commit()': (here) => {
    const jar = new CookieJar({ secrets: [SECRET] })
    jar.commit()
    return [here(), jar.delete('a')]
  },
  'railsFormat()': (here) => {
    return [here(), railsFormat({ secretKeyBase: '', defaults: '8.1' })]
  },
  'new MessageEncryptor()': (here) => {
    return [here(), new MessageEncryptor('short')]
  },
  'encryptor.encryptAndSign()': (here) => {
    const encryptor = new MessageEncryptor('x'.repeat(32))
    return [here(), encryptor.encryptAndSign(never)]
  },
}

/** Engines differ in what they keep of a stack: JavaScriptCore forgets whoever returns what another function returns. */
export const blameCases: readonly RuntimeCase[] = Object.entries(MISTAKES).map(([what, mistake]) => ({
  name: `${what}: the first frame of the error is the line that made the mistake`,
  check() {
    let expected = ''
    try {
      mistake(() => (expected = placeOf(new Error('here'), 1)))
    } catch (error) {
      assert.ok(error instanceof SessionError, String(error))
      assert.equal(placeOf(error, 0), expected, error.stack)
      return
    }
    assert.fail('nothing was thrown')
  },
}))

/** File and line of a frame, the topmost being 0, those of the engine left out: they have no line. */
function placeOf(error: Error, frame: number): string {
  const frames = (error.stack ?? '')
    .split('\n')
    .flatMap((line) => /^ {4}at .*?([^\s(]+:\d+):\d+\)?$/.exec(line)?.[1] ?? [])
  return frames[frame] ?? `no frame ${frame}`
}

function begin(): Session<AnyData> {
  return sessions.begin({}, { cookieHeader: undefined, isSecure: () => false }).session
}
