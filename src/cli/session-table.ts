import type { UserSessionRecord } from '../identity/index.ts'
import { browserName } from './browser-name.ts'
import { printable } from './printable.ts'

type Column = readonly [title: string, text: (record: UserSessionRecord) => string | null]

// The label is last: it may be of any width, and nothing has to stand below anything behind it.
const COLUMNS: readonly Column[] = [
  ['SESSION', ({ id }) => id],
  ['SIGNED IN', ({ createdAt }) => secondsText(createdAt)],
  ['LAST SEEN', ({ lastSeenAt }) => secondsText(lastSeenAt)],
  ['FROM', ({ ipPrefix }) => ipPrefix],
  ['BROWSER', ({ userAgent }) => userAgent && browserName(userAgent)],
  ['METHOD', ({ method }) => method],
  ['LABEL', ({ label }) => label],
]

/** Sessions as a person reads them: a line each, below a line of titles. */
export function sessionTable(records: readonly UserSessionRecord[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...records.map((record) => COLUMNS.map(([, text]) => printable(text(record) ?? '-'))),
  ]
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** A session as a program reads it: times in ISO 8601. What a registry's list gives has no secret and no hash. */
export function sessionJson(record: UserSessionRecord): object {
  const { id, userId, ipPrefix, userAgent, label, method } = record
  return {
    id,
    userId,
    createdAt: isoText(record.createdAt),
    authenticatedAt: isoText(record.authenticatedAt),
    lastSeenAt: isoText(record.lastSeenAt),
    idleExpiresAt: isoText(record.idleExpiresAt),
    absoluteExpiresAt: isoText(record.absoluteExpiresAt),
    ipPrefix,
    userAgent,
    label,
    method,
  }
}

function isoText(time: number): string {
  return new Date(time).toISOString()
}

function secondsText(time: number): string {
  return isoText(time).replace(/\.\d+Z$/, 'Z')
}
