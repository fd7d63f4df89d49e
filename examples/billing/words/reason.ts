/** Why something failed, in one line and without the full stop. */
export function reasonOf(error: unknown): string {
  // Node tries every address of a name, and what it throws in the end says nothing by itself.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ')
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
  return line.replace(/\.$/, '')
}
