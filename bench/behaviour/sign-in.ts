import { Browser } from './browser.ts'
import type { Application } from './contender.ts'
import { TEXT } from './values.ts'

/** A browser whose session holds `TEXT`, which was seen to come back: what is observed from here on is no mishap. */
export async function signIn({ origin }: Application, folder: '' | '/admin' = ''): Promise<Browser> {
  const browser = new Browser(origin)
  await browser.visit(`${folder}/write?value=text`)
  const { status, answer } = await browser.visit(`${folder}/read`)
  if (answer.text === TEXT) return browser
  throw new Error(`${origin}${folder} does not keep a session: ${status} ${JSON.stringify(answer)}`)
}
