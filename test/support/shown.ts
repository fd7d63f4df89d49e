import { inspect } from 'node:util'

/**
 * All that any logger could print of a value: what `console.log` shows at every depth, hidden fields included, and what
 * `JSON.stringify` makes of it and of each of its causes and errors, which it leaves out by itself.
 */
export function shown(value: unknown): string {
  const texts = [
    inspect(value, { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity }),
  ]
  const seen = new Set<unknown>()
  const walk = (each: unknown): void => {
    if (typeof each !== 'object' || each === null || seen.has(each)) return
    seen.add(each)
    texts.push(JSON.stringify(each) ?? '')
    if (!(each instanceof Error)) return
    for (const key of Reflect.ownKeys(each)) walk(Reflect.get(each, key))
  }
  walk(value)
  return texts.join('\n')
}
