/** Everything that the program touches, so that tests can stand in for a shell. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The directory that the command runs in. */
  readonly cwd: string
  readonly readInput: () => Promise<string>
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** How many characters a line of the terminal holds that `write` reaches; `undefined` where it reaches none. */
  readonly columns: () => number | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Resolves that many milliseconds later; signals are heard meanwhile. */
  readonly pause: (milliseconds: number) => Promise<void>
  /** Tells `listener` of the first signal that asks the program to end; the second one ends it. Gives what stops listening. */
  readonly onSignal: (listener: (signal: Signal) => void) => () => void
}

export type Signal = 'SIGINT' | 'SIGTERM'

/**
 * 0: done. 1: the cookie was refused or not opened, or there was no such session. 2: called wrongly. 3: the database did not do what it was
 * asked. 130 and 143: ended by SIGINT or SIGTERM, as shells say it.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 130 | 143

/** What commands are given: the shell, and a way to end with something else than 0. */
export interface CommandHost {
  readonly shell: Shell
  readonly exit: (code: ExitCode) => void
}
