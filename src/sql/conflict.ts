/** What PostgreSQL says to one of two that were in each other's way, having undone what it did: it may do it again. */
const [SERIALIZATION_FAILURE, DEADLOCK_DETECTED] = ['40001', '40P01']

export function isConflict(error: unknown): boolean {
  const { code }: { readonly code?: unknown } = Object(error)
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED
}
