import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { reducedError } from '../../src/reduced-error.ts'
import { shown } from '../support/shown.ts'

const VALUE = 'DE89370400440532013000'

/** An error as clients make them, with fields of their own. */
function failed(message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), fields)
}

test('name, message, code and the place where it was thrown are all that is left of an error', () => {
  const original = failed('could not connect', {
    name: 'ReplyError',
    code: 'ECONNREFUSED',
    command: { name: 'evalsha', args: [VALUE] },
    detail: `Key (id)=(${VALUE}) already exists.`,
    query: `select '${VALUE}'`,
    parameters: [VALUE],
    input: `redis://user:${VALUE}@host`,
    [Symbol('context')]: VALUE,
  })
  const reduced = reducedError(original)
  expect(shown(original)).toContain(VALUE)
  expect(shown(reduced)).not.toContain(VALUE)
  expect(reduced).toMatchObject({ name: 'ReplyError', message: 'could not connect', code: 'ECONNREFUSED' })
  expect(reduced.stack?.split('\n')[0]).toBe('ReplyError: could not connect')
  expect(reduced.stack?.split('\n')[1]).toBe(original.stack?.split('\n')[1])
  expect(inspect(reduced)).toContain('reduced-error.test.ts')
})

test('causes and the errors of an AggregateError are reduced at every depth, and an error that is its own cause ends there', () => {
  const deepest = failed('deepest', { command: { args: [VALUE] } })
  deepest.cause = deepest
  let chain = new AggregateError([deepest, failed('beside', { parameters: [VALUE] })], 'several')
  for (let depth = 0; depth < 50; depth++)
    chain = Object.assign(new AggregateError([chain], 'one'), { cause: chain, args: [VALUE] })
  const reduced = reducedError(chain)
  expect(shown(reduced)).not.toContain(VALUE)
  expect(shown(reduced)).toContain('deepest')
  expect(shown(reduced)).toContain('beside')
  expect(() => JSON.stringify(reduced)).not.toThrow()
})

test.each([
  [
    'Redis, a command that it does not know',
    `ERR unknown command 'evalsha', with args beginning with: '1' '${VALUE}' `,
    {},
  ],
  ['PostgreSQL, data of another type', `invalid input syntax for type integer: "${VALUE}"`, { code: '22P02' }],
  ['PostgreSQL in French', `syntaxe en entrée invalide pour le type integer : « ${VALUE} »`, { code: '22P02' }],
  ['PostgreSQL, what a trigger raises', `no such account '${VALUE}'`, { code: 'P0001' }],
  ['JSON.parse', `Unexpected token 'D', ..."iban":"${VALUE}", "x"... is not valid JSON`, { name: 'SyntaxError' }],
  ['MySQL', `Duplicate entry '${VALUE}' for key 'PRIMARY'`, { code: 'ER_DUP_ENTRY' }],
  ['MongoDB', `E11000 duplicate key error dup key: { _id: "${VALUE}" }`, { code: 11000 }],
  ['Node', `The "value" argument must be a number. Received '${VALUE}'`, { code: 'ERR_INVALID_ARG_TYPE' }],
  ['a URL with its password', `cannot reach postgres://app:${VALUE}@host/app`, {}],
  ['several lines', `failed for '\n    at ${VALUE}\n    at ${VALUE}'`, {}],
])('a value that a message quotes is cut out of it and of the stack: %s', (_, message, fields) => {
  const reduced = reducedError(failed(message, fields))
  expect(shown(reduced)).not.toContain(VALUE)
  expect(reduced.message).not.toBe('')
})

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", {}],
  ["NOPERM this user has no permissions to run the 'evalsha' command", {}],
  ['relation "coatcheck_sessions" does not exist', { code: '42P01' }],
  ['password authentication failed for user "app"', { code: '28P01' }],
  ['duplicate key value violates unique constraint "accounts_pkey"', { code: '23505' }],
  ["the client can't connect, and won't", {}],
])('names that say what is wrong with the set-up stay: %s', (message, fields) => {
  expect(reducedError(failed(message, fields)).message).toBe(message)
})

test('an error of another realm, a text, an object and nothing at all become errors', () => {
  expect(reducedError(runInNewContext('new TypeError("elsewhere")'))).toMatchObject({
    name: 'TypeError',
    message: 'elsewhere',
  })
  expect(reducedError('no answer')).toMatchObject({ name: 'Error', message: 'no answer' })
  expect(reducedError({ secret: VALUE }).message).toBe('rejected with object')
  expect(reducedError(null).message).toBe('rejected with object')
  expect(reducedError(undefined).message).toBe('rejected with undefined')
  expect(shown(reducedError({ secret: VALUE }))).not.toContain(VALUE)
})
