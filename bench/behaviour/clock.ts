const now = Date.now

/** The clock of this process: all contenders that ask for the age of a session ask `Date.now`. */
export const clock = { aheadMilliseconds: 0 }

/** To be called before anything is imported that might keep `Date.now` for later. */
export function replaceClock(): void {
  Date.now = () => now() + clock.aheadMilliseconds
}
