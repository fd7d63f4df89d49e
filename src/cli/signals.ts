import type { Signal } from './shell.ts'

const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM']

/** Tells `listener` of the first signal. Nobody listens to a second one, so it ends the process at once. */
export function onSignal(listener: (signal: Signal) => void): () => void {
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, hear)
  }
  const hear = (signal: Signal): void => {
    stop()
    listener(signal)
  }
  for (const signal of SIGNALS) process.on(signal, hear)
  return stop
}
