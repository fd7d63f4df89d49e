/** One Set-Cookie line. */
export interface SentCookie {
  readonly name: string
  /** As it stands in the header. */
  readonly value: string
  /** Name and value together, which is what browsers count. */
  readonly bytes: number
  /** Whether it tells the browser to forget the cookie. */
  readonly expires: boolean
}

export function parseSetCookie(line: string): SentCookie {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals).trim()
  const value = pair.slice(equals + 1).trim()
  return { name, value, bytes: Buffer.byteLength(name + value), expires: attributes.some(isOver) }
}

function isOver(attribute: string): boolean {
  const [name = '', value = ''] = attribute.trim().split('=')
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0
  return name.toLowerCase() === 'expires' && Date.parse(value) <= Date.now()
}
