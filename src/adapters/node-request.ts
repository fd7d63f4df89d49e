import type { NodeRequest } from './node-response.ts'

/** A header by its name in small letters; HTTP/2 has another name for `host`. */
export function headerOf({ headers }: Pick<NodeRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined)
  return Array.isArray(value) ? value.join(', ') : value
}
