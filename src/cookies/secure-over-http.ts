/** What of a request tells whether a browser keeps a cookie with Secure. */
export interface PlainRequest {
  /** A header of the request, by its name in small letters: `host` whatever the protocol. Asked until the warning was given. */
  header?(name: string): string | null | undefined
}

/** Kept by the process, as bundlers run a module several times in one. */
const TOLD: unique symbol = Symbol.for('coatcheck.secure-over-http')
const ofProcess = globalThis as { [TOLD]?: true } // as: nobody else has that symbol

/**
 * Warns, once per process, of a cookie with Secure on the answer to a request that came without https as far as we know: browsers
 * drop it in silence (RFC 6265bis §5.7), and sign-in seems to do nothing.
 */
export function warnOfDropped(lines: readonly string[], request: PlainRequest): void {
  if (ofProcess[TOLD] === true) return
  const dropped = lines.find((line) => line.includes('; Secure'))
  if (dropped === undefined || isKept(request)) return
  ofProcess[TOLD] = true
  const [cookie = ''] = dropped.split('=', 1)
  process.emitWarning(
    `coatcheck: the cookie ${cookie} has Secure, and was set for a request of http://${named(request)}, from which browsers drop it. Serve https; behind a proxy that ends TLS, have it say X-Forwarded-Proto and the framework trust it; to try things out, say cookie: { secure: false } and take a name without __Host- or __Secure-. Further ones are not told.`,
    { code: 'COATCHECK_SECURE_OVER_HTTP' },
  )
}

/** Sent by proxies that end TLS. Believed for the warning alone: anybody can send them. */
const FORWARDED = [
  'x-forwarded-proto',
  'forwarded',
  'x-forwarded-ssl',
  'x-forwarded-scheme',
  'front-end-https',
  'cf-visitor',
]
const SAYS_HTTPS = /https|^on$/i

function isKept(request: PlainRequest): boolean {
  const host = request.header?.('host')
  // Without a host it was no browser, or nobody can tell.
  if (host === undefined || host === null || host === '') return true
  // Browsers send it to what they take for secure alone (Fetch Metadata §2): they see https in front of a proxy that says nothing.
  if (has(request, 'sec-fetch-mode')) return true
  if (FORWARDED.some((name) => SAYS_HTTPS.test(request.header?.(name) ?? ''))) return true
  return THIS_MACHINE.test(host) && !SAFARI.test(request.header?.('user-agent') ?? '')
}

function has(request: PlainRequest, name: string): boolean {
  return (request.header?.(name) ?? '') !== ''
}

/** Chromium and Firefox keep Secure cookies of the machine itself without https; Safari does not. */
const THIS_MACHINE = /^(?:(?:[a-z0-9-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])(?::\d*)?$/i
const SAFARI = /^(?!.*(?:Chrom|Android|FxiOS)).*Safari\//

const HOST_CHARACTERS = 100

/** The visitor says it: bounded, and without what a terminal would obey. */
function named(request: PlainRequest): string {
  const host = request.header?.('host') ?? ''
  const short = host.slice(0, HOST_CHARACTERS).replaceAll(/[^!-~]/g, '?')
  return host.length > HOST_CHARACTERS ? `${short}…` : short
}
