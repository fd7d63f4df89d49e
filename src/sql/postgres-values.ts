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

/** The same of what was sent in the binary format. */
export function valueOfBinary(type: number, bytes: Buffer): unknown {
  if (type === BYTEA) return bytes
  if (type === BOOL) return bytes[0] === 1
  if (type === INT8) return String(bytes.readBigInt64BE())
  return type === INT4 ? String(bytes.readInt32BE()) : bytes.toString()
}

const [BOOL, BYTEA, INT8, INT4] = [16, 17, 20, 23]

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
