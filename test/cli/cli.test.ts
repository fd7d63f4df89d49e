import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { OLD_SECRET, SECRET } from '../support/visitor.ts'
import { coatcheck } from './run.ts'

const env = { SESSION_SECRET: SECRET }
const sessions = createSessions<{ accountId: number }>({ name: 'session', secrets: [SECRET] })

test('secret prints 32 random bytes that every part of coatcheck accepts', () => {
  const { status, stdout } = coatcheck(['secret'])
  expect(status).toBe(0)
  expect(stdout).toMatch(/^[\w-]{43}\n$/)
  expect(() => createSessions({ name: 's', secrets: [stdout.trim()] })).not.toThrow()
  expect(coatcheck(['secret']).stdout).not.toBe(stdout)
})

test('what seal prints, the library opens', () => {
  const { status, stdout } = coatcheck(['seal', '--name', 'session'], { input: '{"accountId":7}', env })
  expect(status).toBe(0)
  expect(sessions.read(`session=${stdout.trim()}`).accountId).toBe(7)
})

test('what the library seals, open prints as one line of JSON', () => {
  const { status, stdout } = coatcheck(['open', '--name', 'session'], { input: sessions.seal({ accountId: 7 }), env })
  expect(stdout).toBe('{"ok":true,"data":{"accountId":7},"format":"compact","secret":0}\n')
  expect(status).toBe(0)
})

test('a flash goes through both', () => {
  const input = '{"a":1,"flash":{"notice":"Saved"}}'
  const sealed = coatcheck(['seal', '--name', 's'], { input, env })
  const opened = coatcheck(['open', '--name', 's'], { input: sealed.stdout, env })
  expect(JSON.parse(opened.stdout)).toMatchObject({ data: { a: 1, flash: { notice: 'Saved' } } })
})

test('secrets are comma-separated, the current one first, in the variable that --secret-env names', () => {
  const old = createSessions<{ a: number }>({ name: 's', secrets: [OLD_SECRET] }).seal({ a: 1 })
  const ring = { RING: `${SECRET}, ${OLD_SECRET}` }
  const opened = coatcheck(['open', '--name', 's', '--secret-env', 'RING'], { input: old, env: ring })
  expect(JSON.parse(opened.stdout)).toMatchObject({ ok: true, secret: 1 })
})

test.each([
  ['garbage', 'session', 'malformed'],
  [sessions.seal({ accountId: 7 }), 'another', 'tampered'],
  [createSessions({ name: 'session', secrets: [OLD_SECRET] }).seal({}), 'session', 'unknown-secret'],
  ['x'.repeat(5000), 'session', 'too-large'],
])('a cookie that is refused exits with 1 and a reason', (input, name, reason) => {
  const { status, stdout, stderr } = coatcheck(['open', '--name', name], { input, env })
  expect(stdout).toBe(`{"ok":false,"reason":"${reason}"}\n`)
  expect(status).toBe(1)
  expect(stderr).toBe('')
})

test.each<[string, string[], { input?: string; env?: NodeJS.ProcessEnv }, RegExp]>([
  ['no command', [], {}, /^Usage: coatcheck/],
  ['an unknown command', ['peel'], {}, /unknown command 'peel'/],
  ['an unknown option', ['open', '--name', 's', '--nmae', 's'], { env }, /unknown option '--nmae'/],
  ['no name', ['seal'], { env }, /required option '--name <name>'/],
  ['no secret', ['open', '--name', 's'], {}, /ERR_SECRET: the environment variable SESSION_SECRET is not set/],
  [
    'a weak secret',
    ['open', '--name', 's'],
    { env: { SESSION_SECRET: 'hunter2' } },
    /ERR_SECRET: secrets\[0\] has 7 characters/,
  ],
  ['no JSON', ['seal', '--name', 's'], { env, input: 'accountId=7' }, /ERR_SESSION_VALUE: standard input is no JSON/],
  ['no object', ['seal', '--name', 's'], { env, input: '[7]' }, /is no JSON object/],
  ['too much', ['seal', '--name', 's'], { env, input: JSON.stringify({ a: 'x'.repeat(4000) }) }, /ERR_COOKIE_OVERFLOW/],
  ['a reserved key', ['seal', '--name', 's'], { env, input: '{"id":7}' }, /session\.id is the session's own/],
  ['a bad name', ['seal', '--name', 'a b'], { env, input: '{}' }, /ERR_OPTIONS: Cookie a b is no cookie name/],
  ['a bad duration', ['open', '--name', 's', '--idle-timeout', '5'], { env }, /ERR_OPTIONS: idleTimeout is "5"/],
])('a wrong call exits with 2, says why on standard error and prints nothing else: %s', (_, args, options, message) => {
  const { status, stdout, stderr } = coatcheck(args, options)
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain('hunter2')
  expect(stderr).not.toMatch(/\n {4}at /)
})

test('--help explains commands, exit codes and where secrets come from', () => {
  const { status, stdout } = coatcheck(['--help'])
  expect(status).toBe(0)
  for (const part of [
    'secret',
    'seal',
    'open',
    'inspect',
    'sessions',
    'sweep',
    'migrate',
    'Exit codes:',
    'SESSION_SECRET',
    'never from the command line',
  ]) {
    expect(stdout).toContain(part)
  }
  expect(coatcheck(['open', '--help']).stdout).toContain('{"ok":false,"reason":"tampered"}')
})

test('the program starts with a line that lets a shell run it', () => {
  expect(readFileSync('dist/cli/main.js', 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('cookies of a Rails application are sealed and opened with --rails', () => {
  const rails = ['--name', '_billing_session', '--rails', '{"defaults":"8.1"}']
  const sealed = coatcheck(['seal', ...rails], { input: '{"user_id":42,"flash":{"notice":"hi"}}', env })
  expect(sealed.stdout).toMatch(/^[\w%-]+--[\w%]+--[\w%]+\n$/)
  const opened = coatcheck(['open', ...rails], { input: sealed.stdout, env })
  expect(opened.stdout).toBe('{"ok":true,"data":{"user_id":42,"flash":{"notice":"hi"}},"format":"rails","secret":0}\n')
  const other = coatcheck(['open', '--name', '_billing_session', '--rails', '{"defaults":"6.1"}'], {
    input: sealed.stdout,
    env,
  })
  expect(other).toMatchObject({ status: 1, stdout: '{"ok":false,"reason":"tampered"}\n' })
  const wrong = coatcheck(['open', '--name', 's', '--rails', '{"defaults":"9"}'], { env })
  expect(wrong.status).toBe(2)
  expect(wrong.stderr).toContain('load_defaults is "9"')
})

test('previous secrets of a Rails application are comma-separated, too', () => {
  const rails = ['--name', 's', '--rails', '{"defaults":"7.1"}']
  const sealed = coatcheck(['seal', ...rails], { input: '{"a":1}', env: { SESSION_SECRET: OLD_SECRET } })
  const opened = coatcheck(['open', ...rails], {
    input: sealed.stdout,
    env: { SESSION_SECRET: `${SECRET},${OLD_SECRET}` },
  })
  expect(JSON.parse(opened.stdout)).toMatchObject({ ok: true, data: { a: 1 }, secret: 1 })
})
