import { SessionError } from '../errors.ts'

/**
 * What stands under a key that another application wrote and only that one can read. It is not a value: nobody gets it, and it
 * goes back as it came until the key is assigned or deleted.
 */
export class UnreadableValue {
  /** Ends the sentence of the key: `holds an object of class Account`. Never values. */
  readonly what: string

  constructor(what: string) {
    this.what = what
  }

  /** JSON leaves it out. */
  toJSON(): undefined {
    return undefined
  }

  /** @param path as `session.account` */
  refuse(path: string): SessionError {
    return new SessionError(
      'ERR_SESSION_VALUE',
      `${path} ${this.what}, which only the application that wrote it can read. It goes back as it came; assign or delete the key to replace it.`,
      { kind: 'data' },
    )
  }
}

/** Whether data has one under a key, whose type says that it is JSON. */
export function isUnreadable(value: unknown): value is UnreadableValue {
  return typeof value === 'object' && value instanceof UnreadableValue // of most values the first look is enough
}
