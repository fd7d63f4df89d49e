import { cookieHeader } from '../browser.ts'
import type { Contender, Secret } from '../contender.ts'
import { request, type Reply } from '../request.ts'
import type { Scenario } from '../scenario.ts'
import { newSecret, setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'
import { TEXT } from '../values.ts'

/** Signs in with the old secret, reads with both, and reads again with the new one alone and what was sent by then. */
export const rotated: Scenario = {
  title: 'The secret is rotated to `[new, old]`, and an old cookie comes',
  async observe(contender) {
    const old = newSecret(1)
    const current = newSecret(2)
    const cookies = await cookiesOf(contender, old)
    const during = await read(contender, [current, old], cookies)
    for (const { name, value } of during.cookies) cookies.set(name, value)
    const afterwards = await read(contender, [current], cookies)
    const opens = during.answer.text === TEXT
    const sealedAnew = afterwards.answer.text === TEXT
    return {
      cell: opens ? (sealedAnew ? 'opens, and is sealed anew' : 'opens') : 'signed out',
      seen: { during: during.answer, setCookie: during.cookies.map(({ name }) => name), afterwards: afterwards.answer },
    }
  },
}

async function cookiesOf(contender: Contender, secret: Secret): Promise<Map<string, string>> {
  await using app = await contender.start(setupWith([secret]))
  return new Map((await signIn(app)).cookies)
}

async function read(contender: Contender, secrets: Secret[], cookies: Map<string, string>): Promise<Reply> {
  await using app = await contender.start(setupWith(secrets))
  return await request(`${app.origin}/read`, cookieHeader(cookies))
}
