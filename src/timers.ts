/**
 * The timers and the clock of this process, taken when we are loaded: a test that fakes them, to let a session expire, must not
 * stop the clock by which we wait for a database.
 */
export const setTimeout: typeof globalThis.setTimeout = globalThis.setTimeout
export const clearTimeout: typeof globalThis.clearTimeout = globalThis.clearTimeout
export const setImmediate: typeof globalThis.setImmediate = globalThis.setImmediate

/** Milliseconds since the process began, by a clock that nobody sets. */
export const elapsed: () => number = performance.now.bind(performance)
