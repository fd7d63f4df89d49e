/**
 * The clock where none is given: milliseconds since 1970. In Next.js it is not `Date.now`, because Next takes each call of that
 * for something that the page shows, and refuses to render such a page ahead; a session only asks whether it has expired. A file
 * that is made now tells the time as well (File API §4.1), and exactly, where `performance` stops while a machine sleeps.
 */
export function systemClock(): () => number {
  return process.env['NEXT_RUNTIME'] === undefined ? Date.now : timeOfAFile
}

function timeOfAFile(): number {
  return new File([], '').lastModified
}
