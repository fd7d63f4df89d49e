/** Makes the tables, once, where the server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { makeTables } = await import('./tables')
  await makeTables()
}
