/** What `ActiveSupport::JSON.encode` escapes beyond JSON. */
export interface JsonEscapes {
  /** `active_support.escape_html_entities_in_json`: `<`, `>` and `&`. */
  readonly htmlEntities: boolean
  /** U+2028 and U+2029: always before Rails 8.1, `active_support.escape_js_separators_in_json` since. */
  readonly jsSeparators: boolean
}

/**
 * JSON as Rails writes it (active_support/json/encoding.rb): no blanks, raw UTF-8, and `<`, `>`, `&`, U+2028 and U+2029 as
 * escapes. A lone surrogate becomes U+FFFD, because Rails reads its escape and then fails to write it again.
 */
export function railsJson(value: unknown, escapes: JsonEscapes): string {
  let text = JSON.stringify(value).replaceAll(/\\ud[89ab][0-9a-f]{2}|\\ud[c-f][0-9a-f]{2}/g, '\ufffd')
  if (escapes.htmlEntities) text = text.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
  if (escapes.jsSeparators) text = text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  return text
}

/**
 * The members of a JSON object with the very text of each value, in order; of a key that comes twice, the last. `text`
 * must be JSON already: this only finds where values begin and end.
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let at = skipBlanks(text, 0) + 1 // behind the brace
  for (;;) {
    at = skipBlanks(text, at)
    if (text[at] !== '"') return members
    const keyEnd = stringEnd(text, at)
    const key = JSON.parse(text.slice(at, keyEnd)) as string // as: it begins with a quote
    const start = skipBlanks(text, skipBlanks(text, keyEnd) + 1) // behind the colon
    const end = valueEnd(text, start)
    members.set(key, text.slice(start, end).trimEnd())
    at = end + 1 // behind the comma, or the closing brace
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++
  return at
}

function stringEnd(text: string, from: number): number {
  let at = from + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Where the value that begins at `from` ends: at the comma or brace behind it. */
function valueEnd(text: string, from: number): number {
  let depth = 0
  let at = from
  while (at < text.length) {
    const character = text[at]
    if (character === '"') {
      at = stringEnd(text, at)
      continue
    }
    if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (depth === 0) return at
      depth--
    } else if (character === ',' && depth === 0) return at
    at++
  }
  return at
}
