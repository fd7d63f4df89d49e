import { isoTime } from './marshal-time.ts'
import { MessagePackError } from './message-pack-error.ts'

/** The Julian day on which Ruby's calendar becomes Gregorian: 1582-10-15. */
const GREGORIAN_START = 2_299_161
/** The Julian day of 1970-01-01. */
const EPOCH = 2_440_588
const DAY = 86_400_000

/** `Date`: a Julian day as `2026-01-02`. @throws {@link MessagePackError} before 1582-10-15 and after 9999 */
export function dateText(julianDay: number): string {
  return known(julianDay < GREGORIAN_START ? undefined : isoTime((julianDay - EPOCH) * DAY)).slice(0, 10)
}

/** `DateTime`: a Julian day and a clock, both local, and `offset` in seconds east. @throws {@link MessagePackError} */
export function dateTimeText(julianDay: number, millisecondOfDay: number, offset: number): string {
  if (julianDay < GREGORIAN_START || millisecondOfDay < 0 || millisecondOfDay >= DAY) return known(undefined)
  return known(isoTime((julianDay - EPOCH) * DAY + millisecondOfDay - offset * 1000, offset))
}

/** `Time`: seconds since 1970, the nanoseconds beyond, and seconds east; 0 is no UTC to Rails. @throws {@link MessagePackError} */
export function timeText(seconds: number, nanoseconds: number, offset?: number): string {
  if (nanoseconds < 0 || nanoseconds >= 1e9) return known(undefined)
  return known(isoTime(seconds * 1000 + Math.floor(nanoseconds / 1e6), offset))
}

/**
 * `ActiveSupport::TimeWithZone`: with the offset that `zone` had then, if the platform knows a zone of that name, as
 * `America/New_York`. Rails' own names, as `Eastern Time (US & Canada)`, it does not know: the same moment in UTC.
 *
 * @throws {@link MessagePackError}
 */
export function zonedTimeText(seconds: number, nanoseconds: number, zone: string): string {
  const utc = timeText(seconds, nanoseconds)
  if (/^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu)$/.test(zone)) return utc
  const offset = zoneOffset(zone, Date.parse(utc))
  return offset === undefined ? utc : timeText(seconds, nanoseconds, offset)
}

/** Seconds east of Greenwich; `undefined` when there is no such zone. */
function zoneOffset(zone: string, milliseconds: number): number | undefined {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(zone)) return undefined
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    const name = format.formatToParts(milliseconds).find((part) => part.type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0'] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)
  } catch {
    return undefined
  }
}

function known(text: string | undefined): string {
  if (text === undefined) throw new MessagePackError('a MessagePack payload has a time outside what ISO 8601 writes')
  return text
}
