import { MarshalBytes, MarshalError } from './marshal-bytes.ts'
import { MarshalLinks } from './marshal-links.ts'
import { MarshalReader } from './marshal-reader.ts'
import type { RubyValue } from './marshal-value.ts'

export { MarshalError } from './marshal-bytes.ts'
export type { RubyValue } from './marshal-value.ts'

/**
 * Reads Ruby's Marshal 4.8 into plain data (Ruby's doc/marshal.rdoc and marshal.c). It knows no classes and runs nothing.
 * Values of classes that Rails' JSON has a text for come as that text: times and dates with their offset, BigDecimal,
 * Rational, Complex, Range, Regexp, Pathname, a class by its name, html_safe text; a Set as an array, a Duration as seconds.
 * An object of any other class is an error that names it.
 *
 * Symbols become text; strings must be UTF-8, whether Ruby called them UTF-8, US-ASCII or binary, as Rails' JSON wants
 * them. Hash keys are strings, symbols or integers, as text; of a key that comes twice, the last. What is linked from two
 * places comes back twice, and everything together is at most 1 MiB. Instance variables of strings, arrays and hashes are
 * left out, as in Rails' JSON.
 *
 * @throws {@link MarshalError}, and nothing else
 */
export function loadMarshal(bytes: Uint8Array): RubyValue {
  const { source, links, reader } = open(bytes)
  const value = reader.read(0)
  close(source)
  const [problem] = links.problems
  if (problem !== undefined) throw new MarshalError(`a Marshal payload ${problem}`)
  return value
}

/** A hash at the top of a payload. */
export interface MarshalHash {
  readonly members: ReadonlyMap<string, MarshalMember>
  readonly links: MarshalLinks
  readonly source: MarshalBytes
}

/** One key of it. */
export interface MarshalMember {
  readonly value: RubyValue
  /** Why it cannot be read, as the end of a sentence: `holds an object of class Account`. */
  readonly problem: string | undefined
  readonly extents: ReturnType<MarshalReader['hashMembers']>[number]['extents']
}

/**
 * A session, key by key: what cannot be read under one does not take the others with it.
 *
 * @returns `undefined` where it is not a hash
 * @throws {@link MarshalError} for bytes that Ruby did not write, and for keys that are not text
 */
export function loadMarshalHash(bytes: Uint8Array): MarshalHash | undefined {
  const { source, links, reader } = open(bytes)
  if (!reader.beginsHash()) return undefined
  const members = reader.hashMembers()
  close(source)
  return { members: new Map(members.map(({ key, ...member }) => [key, member])), links, source }
}

function open(bytes: Uint8Array): { source: MarshalBytes; links: MarshalLinks; reader: MarshalReader } {
  const source = new MarshalBytes(bytes)
  const version = `${source.byte()}.${source.byte()}`
  if (version !== '4.8') throw new MarshalError(`a payload is of Marshal ${version}, not 4.8`)
  const links = new MarshalLinks(source)
  return { source, links, reader: new MarshalReader(source, links) }
}

function close(source: MarshalBytes): void {
  if (source.remaining > 0) throw new MarshalError(`a Marshal payload is followed by ${source.remaining} bytes`)
}
