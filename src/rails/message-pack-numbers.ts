import { MessagePackError } from './message-pack-error.ts'

const FORM = /^\d+:(-?)0\.(\d+)(?:e(-?\d{1,4}))?$/

/**
 * `Integer` beyond 64 bits: a byte that is 1 for a negative one, and words of four bytes, big-endian, the lowest first
 * (msgpack-ruby's lib/msgpack/bigint.rb).
 *
 * @throws {@link MessagePackError}
 */
export function readBigint(data: Uint8Array): bigint {
  const sign = data[0]
  if (data.length % 4 !== 1 || (sign !== 0 && sign !== 1))
    throw new MessagePackError('a MessagePack payload has a broken integer')
  const bytes = Buffer.from(data.subarray(1).toReversed()) // words from the highest, each with its bytes turned
  const amount = BigInt(`0x0${bytes.swap32().toString('hex')}`)
  return sign === 1 ? -amount : amount
}

/** The bytes that {@link readBigint} reads. */
export function writeBigint(value: bigint): Uint8Array {
  const digits = (value < 0n ? -value : value).toString(16)
  const bytes = Buffer.from(digits.padStart(Math.ceil(digits.length / 8) * 8, '0'), 'hex')
  return Buffer.concat([Uint8Array.of(value < 0n ? 1 : 0), bytes.swap32().toReversed()])
}

/**
 * `BigDecimal#_dump` (`18:0.199e2`) as Rails' JSON writes it: text with a decimal point and no exponent (`19.9`,
 * active_support/core_ext/big_decimal/conversions.rb), or null for what is no number.
 *
 * @throws {@link MessagePackError} for another form, and for more than 9999 zeros
 */
export function decimalText(dumped: string): string | null {
  if (/^\d+:(?:NaN|-?Infinity)$/.test(dumped)) return null
  const [, sign, digits, exponent] = FORM.exec(dumped) ?? []
  if (sign === undefined || digits === undefined)
    throw new MessagePackError('a MessagePack payload has a broken BigDecimal')
  const point = Number(exponent ?? 0)
  const whole = digits.slice(0, Math.max(point, 0)).padEnd(point, '0') || '0'
  const fraction = '0'.repeat(Math.max(-point, 0)) + digits.slice(Math.max(point, 0)) || '0'
  return `${sign}${whole}.${fraction}`
}
