/**
 * A copy of what somebody else's code threw, for logs: `name`, `message`, `code` and `stack`, of its causes and of the `errors` of
 * an AggregateError, too, to any depth. Clients of databases put the values of a command that failed into other fields (ioredis
 * `command`, pg `detail`, postgres.js `query` and `parameters`), and loggers print every field that there is. Values that a
 * message quotes are cut out.
 */
export function reducedError(thrown: unknown): Error {
  return copyOf(thrown, new Set()) ?? new Error('rejected with undefined')
}

/** What an error may have. */
type Looks = { [Key in 'name' | 'message' | 'code' | 'stack' | 'cause' | 'errors']?: unknown }

/** @param seen what stands above it already: an error may be its own cause */
function copyOf(thrown: unknown, seen: Set<unknown>): Error | undefined {
  if (thrown === undefined || seen.has(thrown)) return undefined
  seen.add(thrown)
  // By its looks: an error may come from another realm, and a promise may be rejected with anything.
  const { name, message, code, stack, cause, errors }: Looks = Object(thrown)
  const said = textOf(message, textOf(thrown, `rejected with ${typeof thrown}`))
  const below = copyOf(cause, seen)
  const copy: Error & Looks = new Error(withoutValues(said, textOf(code, textOf(name))), below && { cause: below })
  Object.defineProperty(copy, 'name', { value: textOf(name, 'Error') }) // hidden, as any error's is
  copy.stack = `${copy.name}: ${copy.message}${framesIn(textOf(stack), said)}`
  if (typeof code === 'string' || typeof code === 'number') copy.code = code
  if (Array.isArray(errors)) copy.errors = errors.flatMap((each) => copyOf(each, seen) ?? [])
  return copy
}

function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise
}

/** The stack without its head, which is the message. */
function framesIn(stack: string, message: string): string {
  const below = stack.slice(stack.indexOf(message) + message.length)
  return below.match(/\n {4}at .*/g)?.join('') ?? ''
}

/** What quotes nothing but names: commands and settings of Redis, SQL but for data (22), triggers (P0) and the unexpected (XX). */
const QUOTES_NAMES = /^(?:(?:ERR|OOM|NOPERM|NOAUTH|MISCONF|BUSY) |SessionError$|(?!22|P0|XX)[\dA-Z]{5}$)/

function withoutValues(message: string, kind: string): string {
  const safe = message
    .replace(/,? with args beginning with:.*/s, '') // Redis, of a command that it does not know
    .replace(/\/\/[^\s/@]+@/g, '//…@') // a password in a URL
  if (QUOTES_NAMES.test(safe) || QUOTES_NAMES.test(kind)) return safe
  // From the first quotation mark to the last, because what is quoted may hold some. PostgreSQL quotes as its language does.
  return safe.replace(/(?:["`«»„“‘]|(?<!\w)').*["'`«»“”’]|(?:0x[\da-f]{2} ?)+/gis, '…')
}
