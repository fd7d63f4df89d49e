import { heaviestKeys, SessionError } from '../errors.ts'
import { jsonBytes } from '../serializers/json.ts'
import type { Budget } from '../session/ledger.ts'
import { DEFAULT_MAX_BYTES, type SessionStore } from '../stores/store.ts'

/** What a session may weigh in a store: the bytes of its JSON, and nothing around it. */
export function createStoreBudget(
  { name, maxBytes = DEFAULT_MAX_BYTES }: SessionStore,
  onOverflow: (bytes: number) => void,
): Budget {
  return {
    limit: maxBytes,
    bytes: (all) => all,
    jsonBytes,
    overflow(bytes, byKey) {
      onOverflow(bytes)
      return new SessionError(
        'ERR_SESSION_OVERFLOW',
        `Session overflowed with size ${bytes} bytes, ${bytes - maxBytes} over the ${maxBytes} that the ${name} store allows one session. Heaviest keys: ${heaviestKeys(byKey).named}. Keep what is that large in a table of its own and its id in the session, or raise maxBytes of the store.`,
      )
    },
  }
}
