import { type MarshalBytes, MarshalError } from './marshal-bytes.ts'
import { RubyFloat, rubyFloat, rubyInteger } from './marshal-value.ts'

/** `l`: a sign, and the little-endian bytes of the amount, counted in pairs. @throws {@link MarshalError} */
export function readBignum(source: MarshalBytes): number | bigint {
  const sign = source.type()
  if (sign !== '+' && sign !== '-') throw new MarshalError('a Marshal payload has a number without a sign')
  const digits = Buffer.from(source.take(2 * source.count(2)).toReversed())
  const amount = BigInt(`0x0${digits.toString('hex')}`)
  return rubyInteger(sign === '-' ? -amount : amount)
}

/** `f`: decimal text, or a word for what JSON has as null. @throws {@link MarshalError} */
export function readFloat(source: MarshalBytes): number | RubyFloat | null {
  const text = source.text('a number')
  if (text === 'inf' || text === '-inf' || text === 'nan') return null
  if (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)) {
    const value = Number(text)
    return Number.isInteger(value) ? new RubyFloat(value) : rubyFloat(value)
  }
  throw new MarshalError('a Marshal payload has a number of another form than Ruby writes')
}
