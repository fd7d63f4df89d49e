/** What counts as a number in an entry that is added to. */
const WHOLE_NUMBER = /^-?\d{1,15}$/

/** The text of an entry after `by` was added to it. @param text its JSON before, where there was any */
export function addTo(text: string | undefined, by: number): string {
  return String((text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : 0) + by)
}
