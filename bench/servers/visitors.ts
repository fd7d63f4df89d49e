import { openConnection, requestBytes, type Connection } from '../load.ts'
import { SIGN_IN, WHOLE, WRITE, type Route } from './routes.ts'

/** Writes fall on that many sessions in turn. */
const VISITORS = 1000
/** What a visitor carries where nobody gave them a cookie: a server without sessions has a Cookie header to read, too. */
const NO_SESSION = `session=${'x'.repeat(100)}`

/** Signs visitors in, makes sure that their sessions are kept, and gives their Cookie headers. */
export async function signIn(port: number, hasSessions: boolean): Promise<readonly string[]> {
  const connection = await openConnection(port)
  try {
    const cookieHeaders: string[] = []
    for (let count = 0; count < VISITORS; count++) {
      // oxlint-disable-next-line no-await-in-loop -- a connection carries one request at a time
      const { head } = await connection.send(requestBytes(SIGN_IN.method, SIGN_IN.path, ''))
      const cookieHeader = cookiesIn(head)
      if (hasSessions === (cookieHeader === '')) throw new Error(`a sign-in was answered with ${head}`)
      cookieHeaders.push(cookieHeader === '' ? NO_SESSION : cookieHeader)
    }
    if (hasSessions) await expectKept(connection, cookieHeaders)
    return cookieHeaders
  } finally {
    connection.close()
  }
}

/** Every visitor's request to that route. */
export function requestsTo({ method, path }: Route, cookieHeaders: readonly string[]): readonly Buffer[] {
  return cookieHeaders.map((cookieHeader) => requestBytes(method, path, cookieHeader))
}

/** The Cookie header of whoever keeps what an answer sets; empty where it sets none. */
function cookiesIn(head: string): string {
  const lines = head.matchAll(/\r\nset-cookie: (?<name>[^=]+)=(?<value>[^;\r]*)/gi)
  // hono-sessions sets the same cookie twice; browsers keep the last one.
  const cookies = new Map([...lines].map(({ groups }) => [groups?.['name'], groups?.['value']]))
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

/** @throws where a session is not as its visitor signed in, or a write to it is lost */
async function expectKept(connection: Connection, cookieHeaders: readonly string[]): Promise<void> {
  const visitors = cookieHeaders.slice(0, 2)
  const written: string[] = []
  for (const cookieHeader of visitors) {
    // oxlint-disable-next-line no-await-in-loop -- a connection carries one request at a time
    const { head } = await connection.send(requestBytes(WRITE.method, WRITE.path, cookieHeader))
    written.push(cookiesIn(head) || cookieHeader)
  }
  for (const [at, cookieHeader] of written.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- a connection carries one request at a time
    const { body } = await connection.send(requestBytes(WHOLE.method, WHOLE.path, cookieHeader))
    const begin = `{"userId":${at + 1},"role":"member","csrf":"`
    const end = `","seen":${at + 1}}`
    const isWhole = body.startsWith(begin) && body.endsWith(end) && body.length === begin.length + 43 + end.length
    if (!isWhole) throw new Error(`a session was not kept: ${body}`)
  }
}
