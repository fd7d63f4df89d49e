import { parseSetCookie } from 'cookie'

interface Kept {
  readonly name: string
  readonly value: string
  readonly domain: string | undefined
  readonly path: string
}

/** What a browser keeps of one host, by what it keeps cookies apart: name, domain (or none) and path (RFC 6265bis §5.7). */
export class ScopedJar {
  kept: readonly Kept[] = []

  take(lines: readonly string[]): void {
    for (const line of lines) {
      const { name, value = '', domain, path = '/', maxAge } = parseSetCookie(line, { decode: (text) => text })
      const others = this.kept.filter((one) => one.name !== name || one.domain !== domain || one.path !== path)
      this.kept = maxAge === 0 ? others : [...others, { name, value, domain, path }]
    }
  }

  /** Somebody on a neighbouring subdomain sets a cookie. */
  plant(name: string, value: string, path = '/'): void {
    this.kept = [...this.kept, { name, value, domain: 'planted.example.com', path }]
  }

  /** Longer paths first, older cookies before younger ones (RFC 6265bis §5.8.3). */
  header(path = '/'): string | undefined {
    const sent = this.kept
      .filter((one) => path === one.path || path.startsWith(one.path.endsWith('/') ? one.path : `${one.path}/`))
      .toSorted((one, other) => other.path.length - one.path.length)
    return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }
}
