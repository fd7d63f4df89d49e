import { expect, test } from 'vitest'
import { BEFORE, cookiesSet, seal, setUp } from './world.ts'

test('whoever comes with a cookie of iron-session goes on with that session, sealed anew on that response', async () => {
  const { visitor, log } = setUp()
  visitor.cookies.set(BEFORE, await seal({ accountId: 7 }))

  const { setCookie } = visitor.visit(({ session }) => {
    expect(session.accountId).toBe(7)
    expect(session.isNew).toBe(false)
    expect(session.refused).toBeUndefined()
  })
  expect(cookiesSet(setCookie)).toEqual([
    [BEFORE, undefined],
    ['session', expect.any(String)],
  ])
  expect(log.events).toMatchObject([{ type: 'opened-previous-cookie', cookie: 'session', previous: BEFORE }])

  expect([...visitor.cookies.keys()]).toEqual(['session'])
  visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  expect(log.events).toHaveLength(1)
})
