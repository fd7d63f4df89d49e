import { expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { railsFormat, type RailsOptions } from '../../src/rails/index.ts'
import { OLD_SECRET, SECRET } from '../support/visitor.ts'
import { coatcheck } from './run.ts'

const env = { SESSION_SECRET: SECRET }
const NAME = '_billing_session'

function sealed(options: Partial<RailsOptions> = {}): string {
  const format = railsFormat({ secretKeyBase: SECRET, defaults: '8.1', ...options })
  return createSessions<Record<string, unknown>>({ name: NAME, format, guard: 'json' }).seal({ secretive: 'hush' })
}

test('a session that opens is explained, names and sizes alone, with exit code 0', () => {
  const input = createSessions<{ accountId: string }>({ name: 'session', secrets: [OLD_SECRET] }).seal({
    accountId: 'hush',
  })
  const ring = { SESSION_SECRET: `${SECRET},${OLD_SECRET}` }
  const { status, stdout, stderr } = coatcheck(['inspect', '--name', 'session'], { input, env: ring })
  expect(stdout).toMatch(/^session opens, with previous secret or older way 1/)
  expect(stdout).toMatch(/^ {2}key id +[0-9a-f]{8}, previous secret 1$/m)
  expect(stdout).toMatch(/^ {2}idle end +\S+Z \(in 1\d days\)$/m)
  expect(stdout).toMatch(/^ {2}bytes by key +accountId 18$/m)
  expect(stdout).not.toContain('hush')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('--show-values prints what is inside', () => {
  const rails = ['--name', NAME, '--rails', '{"defaults":"8.1"}']
  expect(coatcheck(['inspect', ...rails], { input: sealed(), env }).stdout).not.toContain('hush')
  expect(coatcheck(['inspect', ...rails, '--show-values'], { input: sealed(), env }).stdout).toContain(
    '"secretive": "hush"',
  )
})

test('settings that do not fit are answered with those that do, what Rails does with them, and exit code 1', () => {
  const rails = ['--name', NAME, '--rails', '{"defaults":"8.1"}']
  const { status, stdout } = coatcheck(['inspect', ...rails], {
    input: `Cookie: a=1; ${NAME}=${sealed({ digest: 'SHA1' })}`,
    env,
  })
  expect(stdout).toMatch(/^_billing_session is refused: tampered\.$/m)
  expect(stdout).toMatch(/^ {2}opened with +AES-256-GCM, not the settings that were given: these fit$/m)
  expect(stdout).toMatch(/^ {2}key digest +SHA1$/m)
  expect(stdout).toMatch(/^ {2}options that fit +\{"digest":"SHA1"\}$/m)
  expect(stdout).toMatch(/^Rails 8\.1 takes it for no cookie: an empty session\.$/m)
  expect(stdout).toMatch(/^ {2}- It opens with AES-256-GCM and key digest SHA1.* \[settings-differ\]$/m)
  expect(status).toBe(1)
})

test('--json prints the report as one line', () => {
  const { stdout } = coatcheck(['inspect', '--name', NAME, '--rails', '{"defaults":"8.1"}', '--json'], {
    input: sealed(),
    env,
  })
  expect(stdout.split('\n')).toHaveLength(2)
  expect(JSON.parse(stdout)).toMatchObject({ verdict: { ok: true }, outcome: 'reads', version: '8.1', findings: [] })
})

test('--all-versions tells what other Rails versions would not like', () => {
  const rails = ['--name', NAME, '--rails', '{"defaults":"8.1"}', '--all-versions']
  expect(coatcheck(['inspect', ...rails], { input: sealed(), env }).stdout).toContain('[purpose-unreadable]')
})

test('without a secret it tells what shows outside, that the secret is missing, and exits with 1', () => {
  // A secret in the JSON would be one on the command line, where every process can see it.
  const rails = ['--name', NAME, '--rails', JSON.stringify({ defaults: '8.1', secretKeyBase: SECRET })]
  const { status, stdout } = coatcheck(['inspect', ...rails], { input: sealed() })
  expect(stdout).toMatch(/was not opened: no secret is given/)
  expect(stdout).toMatch(/^ {2}scheme +Rails, encrypted with AES-GCM$/m)
  expect(stdout).toMatch(/^ {2}size +\d+ of 4096 bytes as browsers count, \d+ of 4096 as Rails 8\.1 counts$/m)
  expect(stdout).not.toContain('opened with')
  expect(status).toBe(1)
})

test('nothing of a cookie reaches the terminal as a control character', () => {
  const json = JSON.stringify({ session_id: 'x', '\u001b[2J\u009b\u202e': 1, flash: { flashes: { '\u0007': 1 } } })
  const format = railsFormat({ secretKeyBase: SECRET, defaults: '8.1' })
  const { session_id: id, ...data } = JSON.parse(json) as { session_id: string } // as: it was just written
  const input = format.session(NAME, Date.now).seal({ id, data, created: 0, slid: 0, persistent: false })
  const { stdout } = coatcheck(['inspect', '--name', NAME, '--rails', '{"defaults":"8.1"}', '--show-values'], {
    input,
    env,
  })
  expect(stdout).toContain('2J')
  expect(stdout).toMatch(/^(?:[^\p{C}]|\n)*$/u)
})

test.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
  ['no name', [], env, /required option '--name <name>'/],
  ['an unknown kind', ['--name', 's', '--kind', 'plain'], env, /Allowed choices are session, encrypted, signed/],
  ['a weak secret', ['--name', 's'], { SESSION_SECRET: 'hunter2' }, /ERR_SECRET: secrets\[0\] has 7 characters/],
  ['a bad name', ['--name', 'a b'], env, /ERR_OPTIONS: Cookie a b is no cookie name/],
  ['a bad Rails version', ['--name', 's', '--rails', '{"defaults":"9"}'], {}, /load_defaults is "9"/],
  [
    'rotations that are none',
    ['--name', 's', '--rails', '{"defaults":"8.1","rotations":5}'],
    env,
    /cookies_rotations is not a list/,
  ],
  [
    'a rotation that is none',
    ['--name', 's', '--rails', '{"defaults":"8.1","rotations":[null]}'],
    env,
    /is not a list/,
  ],
  [
    'a salt that is none',
    ['--name', 's', '--rails', '{"defaults":"8.1","signedCookieSalt":5}'],
    env,
    /"signed cookie" is a number/,
  ],
  ['no JSON', ['--name', 's', '--rails', '8.1!'], env, /--rails is no JSON/],
])('a wrong call exits with 2 and says why: %s', (_, args, environment, message) => {
  const { status, stdout, stderr } = coatcheck(['inspect', ...args], { input: 'x', env: environment })
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain('hunter2')
})
