/** Milliseconds; the last year that ISO 8601 writes with four digits. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const EARLIEST = new Date(0).setUTCFullYear(0, 0, 1)

/**
 * A time as Rails' JSON writes it (`xmlschema(3)`): `2026-01-02T03:04:05.678Z`, or `…+05:30` with an offset. A `Time` with
 * the offset 0 that is not UTC gets `+00:00`, as in Rails; seconds of an offset are cut.
 *
 * @param milliseconds since 1970, a whole number
 * @param offset seconds east of Greenwich; `undefined` for UTC
 * @returns `undefined` outside the years 0 to 9999, or for an offset of a day or more
 */
export function isoTime(milliseconds: number, offset?: number): string | undefined {
  const local = milliseconds + (offset ?? 0) * 1000
  if (!Number.isSafeInteger(local) || local < EARLIEST || local > LATEST) return undefined
  const text = new Date(local).toISOString()
  if (offset === undefined) return text
  const minutes = Math.floor(Math.abs(offset) / 60)
  if (minutes >= 24 * 60) return undefined
  const clock = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
  return `${text.slice(0, -1)}${offset < 0 ? '-' : '+'}${clock}`
}

/**
 * The eight bytes of `Time#_dump` (Ruby's time.c, `time_mdump`): two little-endian words,
 * `1 utc:1 year-1900:16 month-1:4 day:5 hour:5` and `minute:6 second:6 microsecond:20`, in UTC whatever the zone.
 * Years before 1900 have more bytes, dumps of Ruby 1.8 another meaning: neither is read.
 *
 * @param offset seconds east of Greenwich, which a time that is not UTC brings along
 * @returns `undefined` for bytes that no Ruby of ours writes
 */
export function marshalTime(bytes: Uint8Array, offset: number | undefined): string | undefined {
  if (bytes.length !== 8) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  const [date, time] = [view.getUint32(0, true), view.getUint32(4, true)]
  const isUtc = ((date >>> 30) & 1) === 1
  if (date >>> 31 === 0 || isUtc !== (offset === undefined)) return undefined
  const [month, day, hour] = [(date >>> 10) & 15, (date >>> 5) & 31, date & 31]
  const [minute, second, microsecond] = [time >>> 26, (time >>> 20) & 63, time & 0xf_ffff]
  if (hour > 23 || minute > 59 || second > 59 || microsecond > 999_999) return undefined
  const year = 1900 + ((date >>> 14) & 0xffff)
  const milliseconds = Date.UTC(year, month, day, hour, minute, second, Math.floor(microsecond / 1000))
  const there = new Date(milliseconds)
  if (there.getUTCMonth() !== month || there.getUTCDate() !== day) return undefined // as the 30th of February
  return isoTime(milliseconds, offset)
}
