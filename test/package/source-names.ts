/**
 * Names that the sources declare, read from their text: TypeScript 7 offers no compiler API. The formatter's layout is
 * relied upon, and a name that cannot be found is an error, so a change of style cannot empty a test.
 */

/** The text literals of `export type Name = 'a' | 'b'`. */
export function unionMembers(source: string, name: string): string[] {
  const [, body = ''] =
    new RegExp(`export type ${name}(?:<[^=]*>)? =((?:\\n? +\\| '[^']+'| '[^']+')+)`).exec(source) ?? []
  return found(name, literals(body))
}

/** The properties of an interface, or of the object type that a type is or ends with. */
export function propertyNames(source: string, name: string): string[] {
  const start = source.search(new RegExp(`(?:interface|type) ${name}\\b`))
  const declaration = start < 0 ? '' : source.slice(start).split(/^\}/m)[0]
  const properties = (declaration ?? '').matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)
  return found(
    name,
    [...properties].map(([, property = '']) => property),
  )
}

/** The values that `type` has in the members of a union of objects. */
export function eventTypes(source: string, name: string): string[] {
  const start = source.search(new RegExp(`export type ${name}\\b`))
  const declaration = start < 0 ? '' : source.slice(start).split(/^\)/m)[0]
  const types = (declaration ?? '').matchAll(/readonly type: ((?:'[^']+'(?: \| )?)+)/g)
  return found(
    name,
    [...types].flatMap(([, text = '']) => literals(text)),
  )
}

function literals(text: string): string[] {
  return [...text.matchAll(/'([^']+)'/g)].map(([, literal = '']) => literal)
}

function found(name: string, names: string[]): string[] {
  if (names.length === 0) throw new Error(`No names are found in ${name}: was it renamed, or written otherwise?`)
  return names
}
