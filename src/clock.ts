import { SessionError } from './errors.ts'

/**
 * The clock of an application, or the system's: milliseconds since 1970, in whole ones, because columns of databases and texts of
 * times take no fractions.
 */
export function clockOf(given: (() => number) | undefined): () => number {
  if (given === undefined) return systemClock()
  return () => {
    const time = given()
    if (Number.isFinite(time)) return Math.floor(time)
    throw new SessionError(
      'ERR_OPTIONS',
      `clock gave ${typeof time === 'number' ? time : `a ${typeof time}`}, expected a number: milliseconds since 1970.`,
    )
  }
}

/**
 * The clock where none is given: milliseconds since 1970. In Next.js it is not `Date.now`, because Next takes each call of that
 * for something that the page shows, and refuses to render such a page ahead; a session only asks whether it has expired. A file
 * that is made now tells the time as well (File API §4.1), and exactly, where `performance` stops while a machine sleeps.
 */
function systemClock(): () => number {
  return process.env['NEXT_RUNTIME'] === undefined ? Date.now : timeOfAFile
}

function timeOfAFile(): number {
  return new File([], '').lastModified
}
