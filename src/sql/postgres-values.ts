/**
 * Values of PostgreSQL as our readers take them, whatever an application had its client make of its own: bytes as bytes, truth as
 * truth, everything else as text.
 *
 * @param type the oid of the type
 */
export function valueOf(type: number, text: string): unknown {
  if (type === BYTEA) return bytesOf(text)
  return type === BOOL ? text === 't' : text
}

const [BOOL, BYTEA] = [16, 17]

/** Under either `bytea_output`. */
function bytesOf(text: string): Buffer {
  if (text.startsWith(String.raw`\x`)) return Buffer.from(text.slice(2), 'hex')
  const escaped = /\\(\\|[0-7]{3})/g
  return Buffer.from(
    text.replaceAll(escaped, (_, code: string) =>
      code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8)),
    ),
    'latin1',
  )
}
