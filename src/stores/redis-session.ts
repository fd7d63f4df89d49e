import type { SessionChange, StoredSession } from './store.ts'

/**
 * A session as a hash of Redis: the fields `created`, `slid` and `expires`, and each entry under its name with a colon in front,
 * so that no entry can be taken for one of these.
 */
const ENTRY = ':'

/** @param reply what a client makes of HGETALL: an object, or fields and values in turn */
export function sessionIn(reply: unknown): StoredSession | undefined {
  const found: Partial<Record<string, number>> = {}
  const entries = new Map<string, string>()
  const take = (field: string, value: string): void => {
    if (field.startsWith(ENTRY)) entries.set(field.slice(ENTRY.length), value)
    else found[field] = timeIn(value)
  }
  if (Array.isArray(reply)) {
    for (let at = 0; at < reply.length; at += 2) take(String(reply[at]), String(reply[at + 1]))
  } else {
    for (const [field, value] of Object.entries(reply as Fields)) take(field, value) // as: values are text, as Redis has them
  }
  const { created, slid, expires } = found
  if (created === undefined || slid === undefined || expires === undefined) return undefined
  return { created, slid, expiresAt: expires, entries }
}

/** All of a session as fields and values in turn. */
export function fieldsOf({ created, slid, expiresAt, entries }: StoredSession): string[] {
  return [...times({ created, slid, expiresAt }), ...pairs(entries)]
}

/** So many values at most: what Lua takes as the arguments of one call is bounded. */
const MOST_SET = 500

/** A change as SET_ENTRIES takes it, or `undefined` where it does something else, too, or sets many. */
export function setArgumentsOf(change: SessionChange): string[] | undefined {
  const { created, slid, expiresAt, set, remove, add, newId } = change
  const isMore = created !== undefined || newId !== undefined || remove.length > 0 || add.size > 0
  if (isMore || set.size > MOST_SET) return undefined
  const values = [String(slid), String(expiresAt)]
  for (const [name, text] of set) values.push(ENTRY + name, text)
  return values
}

/** A change as UPDATE takes it, its counts first. */
export function argumentsOf({ created, slid, expiresAt, set, remove, add }: SessionChange): string[] {
  const values = [...times({ slid, expiresAt, created }), ...pairs(set)]
  return [
    String(values.length / 2),
    String(remove.length),
    ...values,
    ...remove.map((name) => ENTRY + name),
    ...pairs(add),
  ]
}

function times({ created, slid, expiresAt }: Pick<SessionChange, 'created' | 'slid' | 'expiresAt'>): string[] {
  const moving = ['slid', String(slid), 'expires', String(expiresAt)]
  return created === undefined ? moving : ['created', String(created), ...moving]
}

function pairs(entries: ReadonlyMap<string, string | number>): string[] {
  return [...entries].flatMap(([name, value]) => [ENTRY + name, String(value)])
}

type Fields = Readonly<Record<string, string>>

function timeIn(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined
}
