import type { RubyValue } from './marshal-value.ts'

/** One key of a session that came as Marshal or MessagePack. */
export interface Member {
  readonly value: RubyValue
  /** Why it cannot be read, as the end of a sentence: `holds an object of class Account`. */
  readonly problem: string | undefined
  /** How much of the payload it takes. */
  readonly bytes: number
}

/** Stands for the bytes of a key as they came. */
export const KEPT: unique symbol = Symbol('kept')

/** A session as Ruby wrote it, key by key, so that what is not plain data can go back as it came. */
export interface Members {
  readonly format: 'marshal' | 'message_pack'
  readonly all: ReadonlyMap<string, Member>
  /** The payload that has these keys: as they came, or with a value of ours. */
  write(session: ReadonlyMap<string, RubyValue | typeof KEPT>): Buffer
}
