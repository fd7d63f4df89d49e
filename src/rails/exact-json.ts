import { RubyFloat, rubyHash, rubyInteger, type RubyValue } from './marshal-value.ts'

/**
 * What JSON text says to the last digit: a `bigint` for an integer beyond 2⁵³, and whole Floats with their text. `text` must
 * be JSON already, which `JSON.parse` says faster: this is for the few that have such numbers.
 */
export function exactValue(text: string): RubyValue {
  const tokens = text.matchAll(TOKENS)
  const next = (): string => tokens.next().value?.[0] ?? ''
  return valueOf(next())

  function valueOf(token: string): RubyValue {
    switch (token[0]) {
      case '{':
        return hash()
      case '[':
        return array()
      case '"':
        return JSON.parse(token) as string // as: it begins with a quote
      case 't':
        return true
      case 'f':
        return false
      case 'n':
        return null
      default:
        return numberOf(token)
    }
  }

  function array(): RubyValue[] {
    const items: RubyValue[] = []
    for (let token = next(); token !== ']'; token = next()) items.push(valueOf(token))
    return items
  }

  function hash(): RubyValue {
    const members = rubyHash()
    for (let token = next(); token !== '}'; token = next()) {
      const key = JSON.parse(token) as string // as: a key begins with a quote
      members[key] = valueOf(next())
    }
    return members
  }
}

/** Everything of JSON that means something: strings, brackets, numbers and words, without commas, colons and blanks. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s,:{}[\]"]+/g

function numberOf(token: string): RubyValue {
  const value = Number(token)
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(value) ? value : rubyInteger(BigInt(token))
  return Number.isInteger(value) || !Number.isFinite(value) || String(value) !== token
    ? new RubyFloat(value, token)
    : value
}
