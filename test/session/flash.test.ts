import { expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { SECRET, Visitor } from '../support/visitor.ts'
import { commitNow } from '../support/commit-now.ts'

interface Data {
  accountId: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })

test('a flash is readable on the next request and gone after it', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.notice = 'Saved'))
  visitor.visit(({ session }) => expect(session.flash.notice).toBe('Saved'))
  visitor.visit(({ session }) => expect(session.flash.notice).toBeUndefined())
})

test('it can be read in the request that set it, too', () => {
  new Visitor(sessions).visit(({ session }) => {
    session.flash.notice = 'Saved'
    expect(session.flash.notice).toBe('Saved')
  })
})

test('it can be read as often as one likes within one request', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.notice = 'Saved'))
  visitor.visit(({ session }) => {
    expect(session.flash.notice).toBe('Saved')
    expect(session.flash.notice).toBe('Saved')
    expect({ ...session.flash }).toEqual({ notice: 'Saved' })
    expect('notice' in session.flash).toBe(true)
  })
})

test('two flashes of one response are both there on the next request', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    session.flash.notice = 'Saved'
    session.flash.alert = 'But look'
  })
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({ notice: 'Saved', alert: 'But look' }))
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({}))
})

test('it survives requests that never touch the session', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.notice = 'Saved'))
  for (let request = 0; request < 3; request++) visitor.visit(() => {})
  visitor.visit(({ session }) => expect(session.flash.notice).toBe('Saved'))
})

test('it survives requests that use the session and do not look at the flash', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.notice = 'Saved'))
  visitor.visit(({ session }) => session.accountId)
  visitor.visit(({ session }) => (session.accountId = 7))
  visitor.visit(({ session }) => {
    expect(session.flash.notice).toBe('Saved')
    expect(session.accountId).toBe(7)
  })
})

test('setting one sweeps those of the request before, as in Rails', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.notice = 'first'))
  visitor.visit(({ session }) => (session.flash.alert = 'second'))
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({ alert: 'second' }))
})

test('now is for this request alone', () => {
  const visitor = new Visitor(sessions)
  const commit = visitor.visit(({ session }) => {
    session.flash.now.alert = 'Wrong password'
    expect(session.flash.alert).toBe('Wrong password')
    expect(session.flash.now.alert).toBe('Wrong password')
  })
  expect(commit.setCookie).toEqual([])
  visitor.visit(({ session }) => expect(session.flash.alert).toBeUndefined())
})

test('keep carries everything one request further', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => Object.assign(session.flash, { notice: 'a', alert: 'b' }))
  expect(visitor.visit(({ session }) => session.flash.keep()).setCookie).toEqual([])
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({ notice: 'a', alert: 'b' }))
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({}))
})

test('keep with a name carries that one', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => Object.assign(session.flash, { notice: 'a', alert: 'b' }))
  visitor.visit(({ session }) => session.flash.keep('alert'))
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({ alert: 'b' }))
})

test('discard drops everything at the end of this request', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    session.flash.notice = 'a'
    session.flash.discard()
    expect(session.flash.notice).toBe('a')
  })
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({}))
})

test('discard with a name drops that one', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    Object.assign(session.flash, { notice: 'a', alert: 'b' })
    session.flash.discard('notice')
  })
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({ alert: 'b' }))
})

test('setting a discarded one again revives it', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    session.flash.notice = 'a'
    session.flash.discard('notice')
    session.flash.notice = 'b'
  })
  visitor.visit(({ session }) => expect(session.flash.notice).toBe('b'))
})

test('deleting one takes it out of this request and the next', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    session.flash.notice = 'a'
    delete session.flash.notice
    expect(session.flash.notice).toBeUndefined()
  })
  visitor.visit(({ session }) => expect(session.flash.notice).toBeUndefined())
})

test('reading an empty flash sets no cookie', () => {
  const visitor = new Visitor(sessions)
  expect(visitor.visit(({ session }) => session.flash.notice).setCookie).toEqual([])
  visitor.visit(({ session }) => (session.accountId = 7))
  expect(visitor.visit(({ session }) => session.flash.notice).setCookie).toEqual([])
})

test('naming the flash without looking into it leaves it alone', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.notice = 'Saved'))
  expect(visitor.visit(({ session }) => session.flash).setCookie).toEqual([])
  visitor.visit(({ session }) => expect(session.flash.notice).toBe('Saved'))
})

test('it survives renew, and reset drops it', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    session.flash.notice = 'Welcome'
    session.renew()
  })
  visitor.visit(({ session }) => {
    expect(session.flash.notice).toBe('Welcome')
    session.flash.keep()
    session.reset()
  })
  visitor.visit(({ session }) => expect(session.flash.notice).toBeUndefined())
})

test('the guard and the ledger apply to it, and leave it as it was', () => {
  new Visitor(sessions).visit(({ session }) => {
    session.flash.notice = 'Saved'
    const record = { id: 7, name: 'Acme', plan: 'pro', seats: 3, email: 'x' }
    expect(() => Reflect.set(session.flash, 'error', record)).toThrow(/session\.flash\.error looks like a record/)
    expect(() => (session.flash.error = 'x'.repeat(1500))).toThrow(/session\.flash\.error is 1502 bytes/)
    expect(() => {
      for (let at = 0; at < 9; at++) session.flash[`error${at}`] = 'x'.repeat(900)
    }).toThrow(/overflowed.*Heaviest keys: "flash" \d+\. Flash a short message or an id/)
    expect(session.flash['error3']).toBeUndefined()
    expect(session.flash['error2']).toHaveLength(900)
    expect(session.flash.notice).toBe('Saved')
    expect(session.size.bytes).toBeLessThanOrEqual(4096)
  })
})

test('an entry cannot be edited in place, so no edit is lost silently', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.errors = ['too short']))
  visitor.visit(({ session }) => {
    expect(() => (session.flash.errors as string[]).push('x')).toThrow(TypeError)
    expect(session.flash.errors).toEqual(['too short'])
  })
})

test('entries cannot be called now, keep or discard, nor reach prototypes', () => {
  new Visitor(sessions).visit(({ session }) => {
    for (const name of ['now', 'keep', 'discard', '__proto__', 'constructor']) {
      expect(() => Reflect.set(session.flash, name, 'x')).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
      )
    }
    expect(Reflect.get(session.flash, 'toString')).toBeUndefined()
  })
})

test('reading it after the headers left shows it and leaves it for the next request', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.flash.notice = 'Saved'))
  const exchange = sessions.begin({}, { cookieHeader: visitor.header, isSecure: () => false })
  commitNow(exchange)
  expect(exchange.session.flash.notice).toBe('Saved')
  expect(() => (exchange.session.flash.notice = 'x')).toThrow(expect.objectContaining({ code: 'ERR_SESSION_SENT' }))
})
