import { describe, expect, test } from 'vitest'
import { inspectCookie, type CookieReport, type InspectOptions } from '../../src/inspect/index.ts'
import type { RailsOptions, RailsVersion } from '../../src/rails/index.ts'
import {
  clock,
  envelope,
  ID,
  NAME,
  sealedHere,
  sealPlaintext,
  SECRET_KEY_BASE,
  session,
  signedHere,
  withPlus,
} from './foreign.ts'

function look(value: string, version: RailsVersion = '8.1', options: Partial<InspectOptions> = {}): CookieReport {
  const rails = { secretKeyBase: SECRET_KEY_BASE, defaults: '8.1', version } as const
  return inspectCookie(value, { name: NAME, rails, clock, ...options })
}

/** Findings as `code: effect`. */
function told({ findings }: CookieReport): string[] {
  return findings.map(({ code, effect }) => `${code}: ${effect}`)
}

describe('a Rails version would not like', () => {
  test.each<[what: string, plaintext: string | Buffer, version: RailsVersion, finding: string]>([
    ['a session without session_id', envelope('{"user_id":1}'), '8.1', 'no-session-id: empty'],
    ['a session_id that is a number', envelope('{"session_id":7}'), '7.0', 'session-id-no-text: raises'],
    ['an empty session_id', envelope('{"session_id":""}'), '8.1', 'session-id-empty: accepts'],
    ['an array for a session', envelope('[1]'), '8.1', 'no-object: raises'],
    ['null for a session', envelope('null'), '8.1', 'no-object: empty'],
    ['an exp that is no time, 500 from 7.1', envelope(session(), { exp: 'soon' }), '7.1', 'exp-no-time: raises'],
    ['an exp that is no time, before 7.1', envelope(session(), { exp: 'soon' }), '7.0', 'exp-no-time: empty'],
    ['a number for exp', envelope(session(), { exp: 1_767_323_045 }), '8.1', 'exp-number: accepts'],
    [
      'an exp without a zone',
      envelope(session(), { exp: '2026-02-02T03:04:05.000' }),
      '8.1',
      'exp-without-zone: accepts',
    ],
    ['an exp that has passed', envelope(session(), { exp: '2026-01-02T03:04:05.000Z' }), '8.1', 'expired: empty'],
    ['blanks in the envelope', JSON.stringify(JSON.parse(envelope(session())), null, 1), '7.1', 'envelope-form: empty'],
    ['no purpose', envelope(session(), { pur: null }), '8.1', 'no-purpose: accepts'],
    ['no envelope', session(), '8.1', 'no-purpose: accepts'],
    ['the purpose of another name', envelope(session(), { pur: 'cookie.other' }), '8.1', 'purpose-of-another: empty'],
    ['metadata, in 5.2', envelope(session()), '5.2', 'purpose-unreadable: empty'],
    ['an envelope whose message is no text, 500 to 7.0', '{"_rails":{"message":7}}', '7.0', 'envelope-message: raises'],
    ['an envelope whose message is no text, from 7.1', '{"_rails":{"message":7}}', '7.1', 'envelope-message: empty'],
    ['Marshal under :json', envelope(Buffer.from('04087b00', 'hex')), '8.1', 'serializer: empty'],
    ['Marshal under :json, 500 before 7.0.5', envelope(Buffer.from('04087b00', 'hex')), '6.1', 'serializer: raises'],
    ['MessagePack that was cut', envelope(Buffer.from('cc8081a161', 'hex')), '8.1', 'payload-cut: empty'],
    ['null at the top', envelope(session(',"a":null')), '8.1', 'top-level-null: changes'],
    ['invalid UTF-8', envelope(Buffer.from(session(',"a":"\u00ff"'), 'latin1')), '8.1', 'invalid-utf8: raises'],
    ['half of a surrogate pair', envelope(session(',"a":"\\ud800"')), '8.1', 'lone-surrogate: empty'],
    ['more than 100 levels', envelope(session(`,"a":${'['.repeat(100)}${']'.repeat(100)}`)), '8.1', 'nesting: raises'],
    [
      'more than 100 levels, in 7.1',
      envelope(session(`,"a":${'['.repeat(100)}${']'.repeat(100)}`)),
      '7.1',
      'nesting: empty',
    ],
    ['what is no JSON', envelope('{oops'), '8.1', 'json: empty'],
    [
      'a flash whose flashes are null',
      envelope(session(',"flash":{"discard":[],"flashes":null}')),
      '8.1',
      'flash-shape: raises',
    ],
    ['a flash that is text', envelope(session(',"flash":"hi"')), '8.1', 'flash-shape: changes'],
    ['a form token that is none', envelope(session(',"_csrf_token":"x"')), '8.1', 'csrf-token: accepts'],
    ['integers beyond 2^53', envelope(session(',"a":[9007199254740993]')), '8.1', 'large-integer: coatcheck'],
    ['floats that JavaScript respells', envelope(session(',"a":1.0')), '8.1', 'float: coatcheck'],
    ['numbers beyond a float', envelope(session(',"a":1e400')), '8.1', 'infinite-number: changes'],
    ['a key __proto__', envelope(session(',"a":{"__proto__":1}')), '8.1', 'prototype-key: coatcheck'],
  ])('%s', (_, plaintext, version, expected) => {
    expect(told(look(sealPlaintext(plaintext), version))).toContain(expected)
  })

  const good = decodeURIComponent(sealPlaintext(envelope(session())))
  const [ciphertext = '', iv = '', tag = ''] = good.split('--')
  const rawTag = Buffer.from(tag, 'base64')

  test.each<[what: string, value: string, finding: string]>([
    ['a tag of 12 bytes', [ciphertext, iv, rawTag.toString('base64', 0, 12)].join('--'), 'tag-length: empty'],
    ['an iv of 11 bytes', [ciphertext, iv.replace(/.$/, '='), tag].join('--'), 'iv-length: empty'],
    [
      'bits behind the end of base64',
      [ciphertext, iv, tag.replace(/.(?===$)/, 'B')].join('--'),
      'non-canonical: empty',
    ],
    ['missing padding', good.replaceAll('=', ''), 'padding: empty'],
    ['the URL-safe alphabet', [ciphertext, iv, '-_'.repeat(11) + '=='].join('--'), 'url-safe-alphabet: empty'],
    ['line breaks', good.replace(ciphertext, `${ciphertext.slice(0, 8)}\n${ciphertext.slice(8)}`), 'blanks: empty'],
    ['quotes around it', `"${good}"`, 'quotes: empty'],
    ['a further part', `${good}--AAAA`, 'further-parts: empty'],
    ['a cut end', good.slice(0, -3), 'truncated: empty'],
  ])('%s', (_, value, expected) => {
    expect(told(look(`Cookie: ${NAME}=${encodeURIComponent(value)}`))).toContain(expected)
  })

  test('a % that escapes nothing', () => {
    expect(told(look(`${NAME}=${encodeURIComponent(good)}%zz`))).toContain('percent-encoding: empty')
  })

  test('what is spelled badly and authentic is still looked into', () => {
    const report = look(`${NAME}=${encodeURIComponent(good.replaceAll('=', ''))}`)
    expect(report.verdict).toEqual({ ok: false, reason: 'malformed' })
    expect(report.content).toMatchObject({ sessionId: 'hex-32' })
  })

  test('a bare + in a Cookie line, which is a blank to Rack; pasted alone it is a decoded copy', () => {
    const plus = withPlus()
    const sent = look(`Cookie: ${NAME}=${plus}`)
    expect(told(sent)).toContain('unescaped-plus: empty')
    expect(sent).toMatchObject({
      verdict: { ok: false, reason: 'malformed' },
      outcome: 'empty',
      content: { sessionId: 'hex-32' },
    })
    const pasted = look(plus)
    expect(told(pasted)).toContain('decoded-copy: coatcheck')
    expect(pasted).toMatchObject({ verdict: { ok: true }, outcome: 'reads' })
  })

  test('a cookie over the limit of 8.1, which counts the name, and not over that of 8.0', () => {
    const value = sealPlaintext(envelope(session(`,"a":"${'x'.repeat(2169)}"`)))
    expect(look(value).size).toMatchObject({ unescaped: 4092, rails: { bytes: 4092 + NAME.length } })
    expect(told(look(value, '8.1'))).toContain('over-rails-limit: raises')
    expect(told(look(value, '8.0'))).not.toContain('over-rails-limit: raises')
    expect(told(look(value, '8.0'))).toContain('over-browser-limit: drops')
    expect(look(value, '8.0').verdict).toEqual({ ok: false, reason: 'too-large' })
  })

  test('nothing of a cookie as Rails writes it', () => {
    expect(
      look(sealPlaintext(envelope(session(',"user_id":42,"flash":{"discard":[],"flashes":{"notice":"hi"}}')))).findings,
    ).toEqual([])
  })

  test('other things in other versions, which are told when asked for', () => {
    const { findings } = look(sealPlaintext(envelope(session())), '8.1', { allVersions: true })
    expect(findings.map(({ code, versions }) => [code, versions])).toEqual([['purpose-unreadable', ['5.2']]])
  })
})

describe('what is said of a Rails cookie', () => {
  test('the settings that fit, when the options have others', () => {
    const report = look(sealedHere({ digest: 'SHA1', cipher: 'aes-128-gcm' }))
    expect(report.verdict).toEqual({ ok: false, reason: 'tampered' })
    expect(report.rails?.opened).toEqual({ scheme: 'AES-128-GCM', by: 'other', rotation: 0, keyDigest: 'SHA1' })
    expect(report.outcome).toBe('empty')
    expect(report.content).toMatchObject({ serializer: 'json', sessionId: 'hex-32' })
  })

  test.each([
    ['AES-192-GCM', { cipher: 'aes-192-gcm' }, 'other'],
    ['AES-256-CBC + HMAC-SHA1', { authenticatedEncryption: false }, 'legacy'],
    ['AES-256-GCM', {}, 'current'],
  ] as const)('the scheme %s, and who opened it', (scheme, options, by) => {
    expect(look(sealedHere(options)).rails?.opened).toMatchObject({ scheme, by })
  })

  test.each<[what: string, options: Partial<RailsOptions>, fits: object]>([
    ['SHA1 keys', { digest: 'SHA1' }, { digest: 'SHA1' }],
    ['another cipher', { cipher: 'aes-192-gcm' }, { cipher: 'aes-192-gcm' }],
    ['no metadata', { metadata: false }, { metadata: false }],
    [
      'CBC under SHA1 keys',
      { authenticatedEncryption: false, digest: 'SHA1' },
      { authenticatedEncryption: false, digest: 'SHA1' },
    ],
    ['all of load_defaults 5.2', { defaults: '5.2' }, { digest: 'SHA1', metadata: false }],
  ])('the options that fit, with which it opens: %s', (_, options, fits) => {
    const value = sealedHere(options)
    expect(look(value).rails?.fits).toEqual(fits)
    const rails = { secretKeyBase: SECRET_KEY_BASE, defaults: '8.1', ...fits } as const
    const again = look(value, '8.1', { rails })
    expect(again.verdict).toEqual({ ok: true, secret: 0 })
    expect(again.rails?.fits).toBeUndefined()
  })

  test('the rotation that opened it, after which Rails writes it anew', () => {
    const rotations = [{ secretKeyBase: 'older'.repeat(8) }]
    const rails = { secretKeyBase: SECRET_KEY_BASE, defaults: '8.1', rotations } as const
    const report = look(sealedHere({ secretKeyBase: 'older'.repeat(8) }), '8.1', { rails })
    expect(report.verdict).toEqual({ ok: true, secret: 1 })
    expect(report.rails?.opened).toMatchObject({ by: 'rotation', rotation: 1 })
    expect(told(report)).toEqual(['reissued: changes'])
  })

  test('that a signed cookie is none of a session, and what it holds when read as signed', () => {
    const rails = { secretKeyBase: SECRET_KEY_BASE, defaults: '8.1' } as const
    const signed = signedHere('x')
    expect(told(look(signed))).toContain('other-kind: empty')
    const report = look(signed, '8.1', { kind: 'signed', rails, name: NAME })
    expect(report).toMatchObject({
      scheme: 'rails-signed',
      rails: { opened: { scheme: 'HMAC-SHA1' } },
      content: { type: 'string' },
    })
  })

  test('envelope, purpose and end', () => {
    const exp = '2026-01-02T03:04:06.000Z'
    const report = look(sealPlaintext(envelope(session(), { exp })))
    expect(report.rails?.envelope).toEqual({ form: 'exact', purpose: `cookie.${NAME}`, exp, expired: false })
    expect(look(sealPlaintext(session())).rails?.envelope).toEqual({ form: 'none' })
    const reordered = `{"_rails":{"message":"${Buffer.from(session()).toString('base64')}","pur":null,"exp":null}}`
    expect(look(sealPlaintext(reordered)).rails?.envelope?.form).toBe('prefix')
  })

  test.each([
    ['A'.repeat(43), 'base64url'],
    [`${'-'.repeat(43)}=`, 'base64url-padded'],
    [`${'A'.repeat(43)}=`, 'base64'],
  ])('the encoding of a form token: %s', (token, form) => {
    expect(look(sealPlaintext(envelope(session(`,"_csrf_token":"${token}"`)))).content?.csrfToken).toBe(form)
  })

  test('sizes by key, in the bytes that the cookie has', () => {
    const { content } = look(sealPlaintext(envelope(session(',"ü":"\\u003c","n":1.0'))))
    expect(content?.byKey).toEqual({ session_id: 47, ü: 13, n: 7 })
  })

  test('names of flash entries and no values, unless they are asked for', () => {
    const value = sealPlaintext(
      envelope(session(',"secretive":"hush","flash":{"discard":[],"flashes":{"notice":"psst"}}')),
    )
    const quiet = look(value)
    expect(quiet.content?.flash).toEqual(['notice'])
    expect(JSON.stringify(quiet)).not.toMatch(new RegExp(`hush|psst|${ID}`))
    expect(look(value, '8.1', { showValues: true }).data).toMatchObject({ secretive: 'hush', session_id: ID })
  })

  test('without a secret, what shows outside', () => {
    const report = look(sealPlaintext(envelope(session())), '8.1', { rails: { defaults: '8.1' } })
    expect(report).toMatchObject({
      verdict: { ok: false, reason: 'no-secret' },
      scheme: 'rails-gcm',
      size: { rails: { limit: 4096 } },
    })
    expect(report.parts.map(({ name }) => name)).toEqual(['ciphertext', 'iv', 'tag'])
    expect(report.outcome).toBeUndefined()
  })

  test('that another secret_key_base wrote it', () => {
    const rails = { secretKeyBase: 'another'.repeat(8), defaults: '8.1' } as const
    expect(told(look(sealPlaintext(envelope(session())), '8.1', { rails }))).toEqual(['not-authentic: empty'])
  })
})
