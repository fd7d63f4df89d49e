/**
 * A subpath of the build, which is what users run. The path is put together at run time and the types come from src, so
 * that `npm run typecheck` passes where nothing was built yet.
 */
export async function built<Module>(path: string): Promise<Module> {
  const module: unknown = await import(new URL(`../dist/${path}`, import.meta.url).href)
  return module as Module // as: it was built from that source
}
