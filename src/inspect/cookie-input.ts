import { cookieValues } from '../cookies/request-cookies.ts'

/** What was pasted: a bare value, one `name=value`, or a line with the header's name or further cookies. */
export type InputForm = 'value' | 'pair' | 'cookie-line' | 'set-cookie-line'

/** The value that was meant, as it stands in the header. */
export interface CookieInput {
  readonly form: InputForm
  /** In order; none where a line has no cookie of that name. */
  readonly values: readonly string[]
  /** What a Set-Cookie line says of where it counts. */
  readonly scope?: { readonly domain: string | undefined; readonly path: string | undefined } | undefined
}

/**
 * Finds the value of `name` in what somebody copied. A sealed value has a `=` at the ends of its parts alone, so that text
 * behind a name and a `=` is a pair, of this name or of another one.
 */
export function readInput(text: string, name: string): CookieInput {
  const line = text.trim()
  const header = /^(set-)?cookie:/i.exec(line)?.[0]
  const rest = line.slice(header?.length ?? 0).trim()
  if (header?.toLowerCase() === 'set-cookie:') {
    const [pair, ...attributes] = rest.split(';')
    const said = new Map(
      attributes.map((each) => [each.split('=')[0]?.trim().toLowerCase(), each.split('=')[1]?.trim()]),
    )
    const scope = { domain: said.get('domain'), path: said.get('path') }
    return { form: 'set-cookie-line', values: cookieValues(pair, name), scope }
  }
  if (header !== undefined || /;\s*[!#$%&'*+\-.^_`|~\w]+=/.test(rest)) {
    return { form: 'cookie-line', values: cookieValues(rest, name) }
  }
  if (rest.startsWith(`${name}=`) || /^[!#$%&'*+\-.^_`|~\w]+=(?![=-]|$)/.test(rest)) {
    return { form: 'pair', values: cookieValues(rest, name) }
  }
  return { form: 'value', values: [rest] }
}
