import { decodeStrict } from '../rails/base64.ts'
import { finding, type Finding } from './findings.ts'
import type { RailsValue } from './rails-value.ts'

/** Bytes of the parts of an AES-GCM message that have one length. */
const LENGTHS = { iv: 12, tag: 16 } as const

/** A name that Rack escapes when it sends the cookie and does not unescape when it comes back. */
export function nameFindings(name: string): Finding[] {
  if (/^[\w*.-]+$/.test(name)) return []
  return [finding('name-escaped', 'empty', 'has a name that Rails escapes in Set-Cookie, and then does not know again')]
}

/** What of a value's spelling Rails would not read, whoever holds the key. `text` is the value as it was given. */
export function valueFindings(text: string, value: RailsValue): Finding[] {
  const found: Finding[] = []
  if (text.includes('+')) {
    found.push(
      finding(
        'unescaped-plus',
        'empty',
        'has a bare +, which Rack reads as a blank: percent-encode the value (%2B) before it is sent',
      ),
    )
  }
  if (value.received === undefined) {
    found.push(finding('percent-encoding', 'empty', 'has a % that begins no percent-encoded UTF-8'))
  }
  if (/^"[^]*"$/.test(value.received ?? text)) {
    found.push(finding('quotes', 'empty', 'stands in double quotes, which Rack does not take away'))
  }
  switch (value.scheme) {
    case 'rails-gcm':
      return [...found, ...gcmFindings(value)]
    case 'rails-cbc':
    case 'rails-signed':
      return [...found, ...macFindings(value)]
    default:
      return [...found, finding('no-message', 'empty', noMessage(value))]
  }
}

function noMessage({ texts }: RailsValue): string {
  if (texts.join('') === '') return 'is empty'
  return `is no message of Rails: ${counted(texts.length, 'part')} between double dashes, expected three of base64, or base64 and a hexadecimal MAC`
}

function gcmFindings({ texts, parts }: RailsValue): Finding[] {
  const found = parts.flatMap((part, at) => {
    const problem = base64Problem(texts[at] ?? '')
    return problem === undefined ? [] : [base64Finding(part.name, problem)]
  })
  for (const { name, bytes } of parts) {
    const expected = name === 'iv' || name === 'tag' ? LENGTHS[name] : bytes
    if (bytes === expected) continue
    found.push(finding(`${name}-length`, 'empty', `has ${counted(bytes, 'byte')} of ${name}, expected ${expected}`))
  }
  const further = texts.slice(3)
  if (further.length > 0) found.push(...furtherParts(further, 'encrypted'))
  return found
}

function macFindings({ texts: [data = '', mac = '', ...further], scheme }: RailsValue): Finding[] {
  const problem = base64Problem(data)
  const found = problem === undefined ? [] : [base64Finding('message', problem)]
  if (mac !== mac.trim()) found.push(finding('blanks', 'empty', 'has blanks or line breaks around its MAC'))
  if (/[A-F]/.test(mac)) found.push(finding('mac-case', 'empty', 'has a MAC in upper case; Rails compares lower case'))
  if (further.length > 0) found.push(...furtherParts(further, scheme === 'rails-signed' ? 'signed' : 'encrypted'))
  return found
}

function furtherParts(further: readonly string[], kind: 'encrypted' | 'signed'): Finding[] {
  const since = kind === 'signed' ? '7.0' : '7.1'
  const many = `${counted(further.length, 'part')} more than a message has`
  const ignored = kind === 'signed' || further.every((part) => decodeStrict(part) !== undefined)
  return [
    finding('further-parts', 'empty', `has ${many}`, { since }),
    finding('further-parts', ignored ? 'accepts' : 'empty', `has ${many}${ignored ? ', which are ignored' : ''}`, {
      before: since,
    }),
  ]
}

function base64Finding(part: string, problem: readonly [code: string, what: string]): Finding {
  const [code, what] = problem
  return finding(code, 'empty', `has a ${part} ${what}`)
}

/** What is wrong with a part, by what a foreign writer most likely did. */
function base64Problem(part: string): readonly [code: string, what: string] | undefined {
  if (decodeStrict(part) !== undefined) return undefined
  if (/\s/.test(part)) return ['blanks', 'with blanks or line breaks in it']
  if (!/^[\w+/-]*={0,2}$/.test(part)) return ['no-base64', 'with characters that base64 has not']
  if (/[-_]/.test(part))
    return ['url-safe-alphabet', 'in the URL-safe alphabet; cookies have the standard one, + and /']
  const whole = part.replaceAll('=', '')
  if (whole.length % 4 === 1) return ['truncated', 'that was cut: no base64 has that length']
  if (part.length % 4 !== 0) return ['padding', 'without its padding']
  return ['non-canonical', 'whose last character has bits that are not zero, as after a change or a cut']
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
