import { H3, toNodeHandler, useSession } from 'h3'
import { installedVersion } from '../../installed-version.ts'
import { answer, cookieNameFor, isLate, lateAnswer } from '../answer.ts'
import type { Contender } from '../contender.ts'
import type { HeldSession } from '../held-session.ts'
import { listen } from '../listen.ts'

export const h3: Contender = {
  name: 'h3 useSession',
  version: installedVersion('h3'),
  server: 'node:http',
  start(setup) {
    const [newest] = setup.secrets // `password` is one text.
    if (newest === undefined) throw new RangeError('no secret')
    const app = new H3().all('/**', async (event) => {
      const { pathname, search } = event.url
      const session = await useSession<{ value?: unknown }>(event, {
        name: cookieNameFor(pathname),
        password: newest.text,
      })
      const held: HeldSession = {
        read: () => session.data.value,
        assign: (value) => session.update({ value }),
        destroy: () => session.clear(),
      }
      if (!isLate(pathname)) return answer(pathname + search, held)
      return ReadableStream.from(lateAnswer(held, setup)).pipeThrough(new TextEncoderStream())
    })
    return listen(toNodeHandler(app))
  },
}
