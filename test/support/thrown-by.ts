import { SessionError } from '../../src/index.ts'

/** The `SessionError` that `action` throws. */
export function thrownBy(action: () => unknown): SessionError {
  try {
    action()
  } catch (error) {
    if (error instanceof SessionError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** The first frame of an error's stack that is somebody's code rather than the engine's. */
export function firstFrame(error: SessionError): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line))
  return frames.find((line) => !/at (?:Reflect|Object|Array|Function)\.\w+ \(<anonymous>\)/.test(line)) ?? ''
}
