import type { SessionChange, StoredSession } from './store.ts'

/** What counts as a number in an entry that is added to. */
const WHOLE_NUMBER = /^-?\d{1,15}$/

/** A session's entries after a change, for stores that cannot have their database do it. */
export function applyChange(
  entries: StoredSession['entries'],
  { set, remove, add }: SessionChange,
): Map<string, string> {
  const changed = new Map([...entries, ...set])
  for (const name of remove) changed.delete(name)
  for (const [name, by] of add) changed.set(name, addTo(changed.get(name), by))
  return changed
}

/** The text of an entry after `by` was added to it. @param text its JSON before, where there was any */
function addTo(text: string | undefined, by: number): string {
  return String((text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : 0) + by)
}
