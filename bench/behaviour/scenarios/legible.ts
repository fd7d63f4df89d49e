import type { Scenario } from '../scenario.ts'
import { setupWith } from '../setup.ts'
import { signIn } from '../sign-in.ts'
import { TEXT } from '../values.ts'

/** Decodes the cookies' values, as they are and as base64 from every offset, and looks for the stored text. */
export const legible: Scenario = {
  title: 'The stored text can be read in the cookie',
  async observe(contender) {
    await using app = await contender.start(setupWith())
    const { cookies } = await signIn(app)
    const values = [...cookies.values()].flatMap((value) => [value, decodeURIComponent(value)])
    const plain = values.some((value) => value.includes(TEXT))
    const base64 = values.flatMap(decodings).some((text) => text.includes(TEXT))
    const cell = plain ? 'yes' : base64 ? 'yes, it is base64' : 'no'
    return { cell, seen: { plain, base64, cookies: [...cookies] } }
  },
}

function decodings(value: string): string[] {
  const parts = value.split(/[^A-Za-z0-9+/_-]/)
  return parts.flatMap((part) => [0, 1, 2, 3].map((offset) => Buffer.from(part.slice(offset), 'base64').toString()))
}
