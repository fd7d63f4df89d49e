/** Goes on when the session is there, or answers where its store did not; then it gives `undefined`. */
export async function afterLoad<Result>(
  loaded: Promise<void>,
  goOn: () => Result,
  failed: (error: unknown) => unknown,
): Promise<Awaited<Result> | undefined> {
  try {
    await loaded
  } catch (error) {
    await failed(error)
    return undefined
  }
  return await goOn()
}
