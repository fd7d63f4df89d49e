/** What the command line asks for, or the end of the process with one line that says why not. */
export function optionsOrExit<Options>(
  command: string,
  read: (args: readonly string[]) => Options,
  usage: string,
): Options {
  try {
    return read(process.argv.slice(2))
  } catch (error) {
    // Node's own messages go on with advice after the first sentence.
    const [line] = String(error instanceof Error ? error.message : error).split(/\. |\n/)
    process.stderr.write(`${command}: ${line}. ${usage}\n`)
    process.exit(2)
  }
}

/** Says on a terminal which round it is, counted from 0, and wipes that when the last one begins. */
export function showProgress(part: string, round: number, rounds: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(round + 1 === rounds ? '\r\u001B[K' : `\r\u001B[K${part} ${round + 1} of ${rounds}`)
}
