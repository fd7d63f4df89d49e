import { measure, type Timing } from '../measure.ts'
import type { Step } from '../contender.ts'
import type { Store } from './stores.ts'
import { signInVisitors } from './visitors.ts'

/** So many visitors take turns. */
const VISITORS = 500

/** What one request pays for knowing who is there, in one process, on one database. */
export interface LookupRow {
  readonly store: string
  readonly bare: Timing
  readonly open: Timing
  readonly bareAndOpen: Timing
  /** `registry.find` against the bare lookup: what reading both epochs and making a record of it adds. */
  readonly find: Timing
  /** `identity.currentUser` against the bare lookup plus the opening of the cookie. */
  readonly currentUser: Timing
  /** The same against the bare lookup alone, which has not opened the cookie. */
  readonly currentUserToBare: Timing
}

/** All stores in the same rounds. */
export async function measureLookups(
  stores: readonly Store[],
  rounds: number,
  onRound: (round: number) => void,
): Promise<readonly LookupRow[]> {
  const steps = []
  // oxlint-disable-next-line no-await-in-loop -- one at a time
  for (const store of stores) steps.push(await stepsOf(store))
  const timings = await measure(
    steps.flatMap(({ bare, open, bareAndOpen, find, currentUser }) => [
      { step: bare, against: bare },
      { step: open, against: bare },
      { step: bareAndOpen, against: bare },
      { step: find, against: bare },
      { step: currentUser, against: bareAndOpen },
      { step: currentUser, against: bare },
    ]),
    rounds,
    onRound,
  )
  return stores.map(({ name }, store) => {
    const timing = (at: number): Timing => {
      const found = timings[store * 6 + at]
      if (found === undefined) throw new RangeError(`no timing ${at} of ${name}`)
      return found
    }
    return {
      store: name,
      bare: timing(0),
      open: timing(1),
      bareAndOpen: timing(2),
      find: timing(3),
      currentUser: timing(4),
      currentUserToBare: timing(5),
    }
  })
}

interface LookupSteps {
  readonly bare: Step<unknown>
  readonly open: Step<unknown>
  readonly bareAndOpen: Step<unknown>
  readonly find: Step<unknown>
  readonly currentUser: Step<unknown>
}

/** After seeing that each of them finds what it should. */
async function stepsOf(store: Store): Promise<LookupSteps> {
  const { identity, all, session } = await signInVisitors(store.registry, VISITORS)
  let turn = 0
  const next = () => {
    const visitor = all[turn++ % all.length]
    if (visitor === undefined) throw new Error('nobody is signed in')
    return visitor
  }
  const { cookieHeader, id } = next()
  const user = await identity.currentUser(session(cookieHeader))
  const row = await store.lookup(id)
  if (user?.id !== 1 || row === undefined || session(cookieHeader).accountId !== 1) {
    throw new Error(`${store.name} does not find who was signed in`)
  }
  // Synchronous where the client is, so that the bare lookup is as bare as it can be.
  const isSynchronous = !(store.lookup(id) instanceof Promise)
  return {
    bare: () => store.lookup(next().id),
    open: () => session(next().cookieHeader).accountId,
    bareAndOpen: isSynchronous
      ? () => {
          const visitor = next()
          return [session(visitor.cookieHeader).accountId, store.lookup(visitor.id)]
        }
      : () => {
          const visitor = next()
          void session(visitor.cookieHeader).accountId
          return store.lookup(visitor.id)
        },
    find: () => store.registry.find(next().id),
    currentUser: () => identity.currentUser(session(next().cookieHeader)),
  }
}
