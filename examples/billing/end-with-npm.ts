const INTERVAL_MILLISECONDS = 300

/**
 * Ends this process when the shell that `npm start` put around it is gone. npm hands SIGTERM to that shell, which ends
 * without a word to its child; the demo would stay behind and keep its port.
 */
export function endWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const shell = process.ppid
  const look = (): void => {
    // An orphan is adopted by another process.
    if (process.ppid !== shell) process.kill(process.pid, 'SIGTERM')
  }
  setInterval(look, INTERVAL_MILLISECONDS).unref()
}
