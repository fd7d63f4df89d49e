import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { cookieClient, fakeClock, signedInCookie, type CookieClient } from 'coatcheck/testing'
import { createShop, createShopSessions } from './app.ts'

process.env['SESSION_SECRET'] = randomBytes(32).toString('hex')

const clock = fakeClock()
const sessions = createShopSessions({ clock })
let client: CookieClient

beforeEach(async () => {
  client = cookieClient(createShop(sessions), { clock })
  client.setCookie(await signedInCookie(sessions, { userId: 7, accountId: 3 }))
})

test('switching the account says so once', async () => {
  const switched = await client.post('/accounts/8')
  assert.equal(switched.status, 303)
  const shown = await client.follow(switched)
  assert.deepEqual(await shown.json(), { accountId: 8, notice: 'Switched to account 8' })
  assert.deepEqual(await (await client.get('/')).json(), { accountId: 8 })
})

test('who is away for a quarter of an hour signs in again', async () => {
  clock.advance('14m')
  assert.equal((await client.get('/')).status, 200)
  clock.advance('15m')
  assert.equal((await client.get('/')).status, 401)
})

test('a stranger is sent away', async () => {
  client.clear()
  assert.equal((await client.get('/')).status, 401)
})
