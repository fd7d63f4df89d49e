import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { blameCaller, SessionError } from '../errors.ts'
import { decode, encode } from './base64.ts'
import { isAtLeast, type RailsVersion } from './options.ts'

/** A form, or the request that it makes: the token of one form is good for that path and method alone. */
export interface CsrfForm {
  /** As `/transfers/7`, or a whole URL; host, query and a slash at the end do not count. */
  readonly path: string
  /** What Rails takes the request for: with a hidden `_method` field that one. In either case. */
  readonly method: string
}

export interface CsrfOptions {
  /** The application's `load_defaults`, for how tokens are written; all are read. Default `8.1`. */
  readonly defaults?: RailsVersion | undefined
}

/** Rails' own; every renewal ends it (`session/reserved-keys.ts`). */
const FORM_TOKEN_KEY = '_csrf_token'
const TOKEN_BYTES = 32
const LONGEST_TOKEN = 88
const GLOBAL_IDENTIFIER = '!real_csrf_token'

/**
 * A token for a form or a `csrf-token` meta element, another one each time, that Rails accepts from this session's visitor
 * (action_controller/metal/request_forgery_protection.rb). The session gets a `_csrf_token` if it has none.
 *
 * @param session a session, whose `_csrf_token` is Rails' own
 * @param form for a token of this form alone (`per_form_csrf_tokens`); without it, one that is good for every form
 * @returns base64url, 86 characters; with `defaults` before 6.1 standard base64, 88 characters
 * @throws `ERR_OPTIONS` for a path that no request can have, and what writing the session throws
 */
export function maskedAuthenticityToken(
  session: object,
  form?: CsrfForm,
  { defaults = '8.1' }: CsrfOptions = {},
): string {
  return blameCaller(maskedAuthenticityToken, () => {
    const identifier = form === undefined ? GLOBAL_IDENTIFIER : formIdentifier(form)
    if (form !== undefined && !identifier.startsWith('/') && !identifier.startsWith('#')) {
      throw new SessionError(
        'ERR_OPTIONS',
        `form.path is ${JSON.stringify(form.path)}, expected the whole path that the form posts to, as "/transfers".`,
      )
    }
    const pad = randomBytes(TOKEN_BYTES)
    const token = hmac(realToken(session) ?? newToken(session, defaults), identifier)
    const masked = Buffer.concat([pad, xor(pad, token)])
    return encode(masked, isAtLeast(defaults, '6.1') ? 'urlSafe' : 'standard')
  })
}

/**
 * Whether Rails would accept this token of this session's visitor: masked or not, of every form or of this one, in any of
 * the encodings that Rails ever wrote. Never throws for what a visitor sent, and writes nothing.
 *
 * @param token the `authenticity_token` parameter or the `X-CSRF-Token` header
 * @param request the request that brought it; without it tokens of one form are not accepted
 */
export function validAuthenticityToken(session: object, token: unknown, request?: CsrfForm): boolean {
  if (typeof token !== 'string' || token.length > LONGEST_TOKEN) return false
  const given = decode(token, 'urlSafe')
  const real = realToken(session)
  if (given === undefined || real === undefined) return false
  if (given.length === TOKEN_BYTES) return timingSafeEqual(given, real)
  if (given.length !== 2 * TOKEN_BYTES) return false
  const unmasked = xor(given.subarray(0, TOKEN_BYTES), given.subarray(TOKEN_BYTES))
  const accepted = [hmac(real, GLOBAL_IDENTIFIER), real]
  if (request !== undefined) accepted.push(hmac(real, formIdentifier(request)))
  return accepted.map((one) => timingSafeEqual(unmasked, one)).includes(true)
}

/** The 32 bytes in the session, or `undefined` for none, and for what no Rails wrote: a short one could be guessed. */
function realToken(session: object): Buffer | undefined {
  const { [FORM_TOKEN_KEY]: stored } = session as { [FORM_TOKEN_KEY]?: unknown } // as: every key of a session may be absent
  const bytes = typeof stored === 'string' ? decode(stored, 'urlSafe') : undefined
  return bytes?.length === TOKEN_BYTES ? bytes : undefined
}

function newToken(session: object, defaults: RailsVersion): Buffer {
  const bytes = randomBytes(TOKEN_BYTES)
  Object.assign(session, { [FORM_TOKEN_KEY]: storedToken(bytes, defaults) })
  return bytes
}

/** 6.1 meant to write base64url without padding and wrote it with. */
function storedToken(bytes: Buffer, defaults: RailsVersion): string {
  if (!isAtLeast(defaults, '6.1')) return encode(bytes, 'standard')
  return encode(bytes, 'urlSafe') + (isAtLeast(defaults, '7.0') ? '' : '=')
}

function formIdentifier({ path, method }: CsrfForm): string {
  const [local = ''] = path.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)
  return `${local.endsWith('/') ? local.slice(0, -1) : local}#${method.toLowerCase()}`
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Both have 32 bytes. */
function xor(pad: Buffer, bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (pad[at] ?? 0)))
}
