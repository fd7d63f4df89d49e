import { Command, CommanderError, Option } from 'commander'
import { SessionError } from '../errors.ts'
import { explainCookie, openCookie, newSecret, sealCookie, type CookieFlags, type InspectFlags } from './commands.ts'
import { addMigrate } from './migrate-command.ts'
import { renderReport } from './render-report.ts'
import { addSessions } from './sessions-commands.ts'
import type { ExitCode, Shell } from './shell.ts'
import { addSweep } from './sweep-command.ts'

/** Runs one command line, without the program's own name in front. Never throws for what a person typed. */
export async function run(args: readonly string[], shell: Shell): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = createProgram(shell, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof SessionError)) throw error
    shell.writeError(`coatcheck: ${error.code}: ${error.message}\n`)
    return error.code === 'ERR_STORE_UNAVAILABLE' ? 3 : 2
  }
}

function createProgram(shell: Shell, exit: (code: ExitCode) => void): Command {
  const program = new Command('coatcheck')
    .description(
      'Make secrets for sealed session cookies; seal such a cookie, see what one holds, or have one explained; list and end user sessions; make and sweep our tables.',
    )
    .exitOverride()
    .configureOutput({ writeOut: shell.write, writeErr: shell.writeError })
    .showHelpAfterError('Try: coatcheck --help')
    .addHelpText('after', HELP)

  program
    .command('secret')
    .description('print a new secret: 32 random bytes as 43 characters of base64url')
    .action(() => shell.write(`${newSecret()}\n`))

  cookieCommand(program, 'seal')
    .description('read session data as JSON on standard input, print the cookie value that holds it')
    .addHelpText('after', SEAL_HELP)
    .action(async (flags: CookieFlags) => {
      shell.write(`${sealCookie(await shell.readInput(), flags, shell.env)}\n`)
    })

  cookieCommand(program, 'open')
    .description('read a cookie value on standard input, print what it holds as one line of JSON')
    .addHelpText('after', OPEN_HELP)
    .action(async (flags: CookieFlags) => {
      const opened = openCookie(await shell.readInput(), flags, shell.env)
      shell.write(`${JSON.stringify(opened)}\n`)
      exit(opened.ok ? 0 : 1)
    })

  cookieCommand(program, 'inspect')
    .description('read a cookie on standard input, explain what sealed it, what is in it and who would not like it')
    .addOption(new Option('--kind <kind>', 'what it is').choices(['session', 'encrypted', 'signed']).default('session'))
    .option('--all-versions', 'tell what other Rails versions would not like, too')
    .option('--show-values', 'print what is inside, and not names and sizes alone')
    .option('--json', 'print the report as one line of JSON')
    .addHelpText('after', INSPECT_HELP)
    .action(async ({ json, ...flags }: InspectFlags & { readonly json?: boolean }) => {
      const report = explainCookie(await shell.readInput(), flags, shell.env)
      shell.write(json === true ? `${JSON.stringify(report)}\n` : renderReport(report))
      exit(report.verdict.ok ? 0 : 1)
    })

  const host = { shell, exit }
  addSessions(program, host)
  addSweep(program, host)
  addMigrate(program, host)

  return program
}

function cookieCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .requiredOption('--name <name>', "the cookie's name, which every seal is bound to")
    .option(
      '--secret-env <variable>',
      'environment variable with the secrets, comma-separated, current first',
      'SESSION_SECRET',
    )
    .option(
      '--rails <options>',
      "the options of railsFormat as JSON, for a Rails application's cookies; the secret is its secret_key_base",
    )
    .option('--idle-timeout <duration>', 'how long a session lasts without use', '14d')
    .option('--absolute-timeout <duration>', 'how long a session lasts from sign-in', '30d')
}

const HELP = `
Secrets, and the URL of PostgreSQL, are read from the environment and never from the command line, where every process can
see them.

Exit codes:
  0  done
  1  open, inspect: the cookie was refused; sessions revoke: there was no such session, or it had ended
  2  called wrongly: options, input or secrets
  3  the database could not be reached, or did not do what it was asked
  130, 143  sweep: stopped by SIGINT or SIGTERM, between two batches

Example:
  export SESSION_SECRET=$(npx coatcheck secret)
  echo '{"accountId":7}' | npx coatcheck seal --name session | npx coatcheck open --name session
`

const SEAL_HELP = `
Example:
  echo '{"accountId":7}' | coatcheck seal --name __Host-session
`

const OPEN_HELP = `
Prints one of:
  {"ok":true,"data":{"accountId":7},"format":"compact","secret":0}    exit 0; secret 0 is the current one
  {"ok":false,"reason":"tampered"}                                    exit 1

Reasons: malformed, tampered, unknown-secret, expired-idle, expired-absolute, too-large.
`

const INSPECT_HELP = `
Takes a value, a name=value, or a whole Cookie or Set-Cookie line, as copied from a browser. Values of the session are not
printed unless asked for. Without a secret it tells what shows outside, and exits with 1.

Example:
  pbpaste | coatcheck inspect --name _billing_session --rails '{"defaults":"8.1"}'
`
