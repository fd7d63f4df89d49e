import { readFileSync } from 'node:fs'

/** The version that stands in the package.json of an installed package; without a name, our own. */
export function installedVersion(name?: string): string {
  const folder = name === undefined ? '..' : `../node_modules/${name}`
  const manifest: unknown = JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8'))
  const version: unknown = Reflect.get(Object(manifest), 'version')
  if (typeof version !== 'string') throw new TypeError(`${folder}/package.json has no version`)
  return version
}
