import { isTooLarge } from '../cookies/budget.ts'
import type { CookieSealers, OpenedCookieValue, ValueSealer } from '../cookies/jar-sealers.ts'
import type { CookieFormat, SessionFormat } from '../cookies/session-format.ts'
import type { SessionRecord } from '../session/host.ts'
import { BROWSER_MAXIMUM_SECONDS } from '../duration.ts'
import { blameCaller, SessionError } from '../errors.ts'
import { encryptedMessages, signedMessages, type CookieMessages } from './cookie-message.ts'
import { exactJson, toJson } from './exact-numbers.ts'
import { escapeJson } from './json-text.ts'
import type { RubyValue } from './marshal-value.ts'
import { unescapeValue } from './escaped-value.ts'
import { checkRailsOptions, type RailsOptions, type RailsSettings } from './options.ts'
import { serializerWithFallback, type SerializerWithFallback } from './serializers.ts'
import {
  holdsUnreadable,
  ID_PAIR_BYTES,
  membersOf,
  readSession,
  rewriteSession,
  sessionValue,
  valueText,
  writeSession,
} from './session-payload.ts'
import { estimateLength, railsLength } from './sizes.ts'

/**
 * Sessions and jar in the cookies of a Rails application: what either writes, the other reads.
 *
 * ```ts
 * createSessions({ name: '_billing_session', format: railsFormat({ secretKeyBase, defaults: '8.1' }) })
 * ```
 *
 * Rails seals an end into a session only where `expire_after` is set; without `expireAfter` a session here does not end by
 * itself either. Rails itself re-issues the cookie on every request that loads the session; we do when a slide is due.
 *
 * @throws `ERR_OPTIONS` with Rails' own name for the setting, `ERR_SECRET`
 */
export function railsFormat(options: RailsOptions): CookieFormat {
  return blameCaller(railsFormat, () => createRailsFormat(checkRailsOptions(options)))
}

function createRailsFormat(settings: RailsSettings): CookieFormat {
  const serializer = serializerWithFallback(settings.serializer, settings)
  const encrypted = encryptedMessages(settings)
  const signed = signedMessages(settings)
  const { expireAfterSeconds } = settings
  return {
    name: 'rails',
    lifetime:
      expireAfterSeconds === undefined
        ? undefined
        : { idleSeconds: idleSecondsOf(expireAfterSeconds), absoluteSeconds: BROWSER_MAXIMUM_SECONDS },
    plainValue: (text) => unescapeValue(text) ?? text,
    persistence:
      expireAfterSeconds === undefined
        ? "a Rails cookie has no place for it. Set expireAfter of railsFormat, Rails' expire_after, which every session then has"
        : "expireAfter of railsFormat, Rails' expire_after, makes every session outlive the browser",
    session(name, clock) {
      if (!serializer.canWrite) {
        throw new SessionError(
          'ERR_OPTIONS',
          `cookies_serializer :${serializer.name} can be read and not written: take serializer: 'hybrid', which reads Marshal and writes JSON. Rails reads that from 6.1, whatever its own setting.`,
        )
      }
      return createRailsSessionFormat(name, encrypted(name), serializer, settings, clock)
    },
    sealers:
      (clock) =>
      (name): CookieSealers => ({
        encrypted: valueSealer(encrypted(name), serializer, settings, clock),
        signed: valueSealer(signed(name), serializer, settings, clock),
      }),
  }
}

/** More than enough: one in fifty values is longer than the estimate, and each attempt has new random characters. */
const ATTEMPTS = 50

function createRailsSessionFormat(
  name: string,
  messages: CookieMessages,
  serializer: SerializerWithFallback,
  settings: RailsSettings,
  clock: () => number,
): SessionFormat {
  const { escapes, expireAfterSeconds } = settings
  const payloadOf = (record: SessionRecord): Buffer => {
    const members = membersOf(record.original)
    // What only Ruby can read, and what this format has anyway, goes back as it came.
    if (members !== undefined && (members.format === serializer.writes || holdsUnreadable(record)))
      return rewriteSession(record, members)
    return serializer.writes === 'json'
      ? Buffer.from(writeSession(record, escapes))
      : serializer.dump(sessionValue(record))
  }
  return {
    name: 'rails',
    seal(record) {
      const payload = payloadOf(record)
      const expiresAt = expireAfterSeconds === undefined ? record.expiresAt : clock() + expireAfterSeconds * 1000
      // How many characters have to be escaped is up to chance. A value that is a few bytes too long is sealed again.
      for (let attempt = 1; ; attempt++) {
        const value = messages.seal(payload, expiresAt)
        if (attempt === ATTEMPTS || !isTooLarge(name, value)) return value
      }
    },
    open(text) {
      const milliseconds = clock()
      const message = messages.open(text, milliseconds)
      if (!message.ok) return message
      const { value: payload, expiresAt, rotation } = message
      const loaded = tryLoading(() => serializer.loadSession(payload))
      const parts = loaded && readSession(loaded)
      if (loaded === undefined || parts === undefined) return { ok: false, reason: 'malformed' }
      const now = Math.floor(milliseconds / 1000)
      const slid = slidAt(expiresAt, expireAfterSeconds, now)
      const { id, data, texts, original } = parts
      const persistent = expireAfterSeconds !== undefined
      const record = { id, created: now, slid, persistent, data, texts, original, expiresAt }
      const stale = rotation > 0 || (serializer.reissues(loaded.format) && !holdsUnreadable(parts))
      return { ok: true, record, secret: stale ? Math.max(1, rotation) : 0, keyId: stale ? `rotation ${rotation}` : '' }
    },
    jsonBytes: (value, key) => Buffer.byteLength(valueText(value, key, escapes)),
    sealedLength: (jsonBytes) => estimateLength(withId(jsonBytes), name, settings),
    sizeNote: (jsonBytes) =>
      ` Rails counts ${railsLength(withId(jsonBytes), name, settings)}, before it escapes the value.`,
  }
}

/** No browser keeps a cookie for longer, so that one is due anew long before a later end. */
function idleSecondsOf(expireAfterSeconds: number): number {
  return Math.min(expireAfterSeconds, BROWSER_MAXIMUM_SECONDS)
}

/**
 * When a session that ends at `expiresAt` was written, in whole seconds: as far as `expireAfter` tells. What Rails calls a month,
 * or two weeks across a change of the clocks, is not what our span says, and its clock is not ours. The end that was sealed
 * holds, and was looked at: a session that would be from the future is from now, one that would have been idle for too long is not.
 */
function slidAt(expiresAt: number | undefined, expireAfterSeconds: number | undefined, now: number): number {
  if (expiresAt === undefined || expireAfterSeconds === undefined) return now
  const slid = Math.ceil(expiresAt / 1000) - expireAfterSeconds
  return Math.min(now, Math.max(slid, now - idleSecondsOf(expireAfterSeconds) + 1))
}

function withId(jsonBytes: number): number {
  return jsonBytes + ID_PAIR_BYTES + (jsonBytes > 2 ? 1 : 0)
}

function valueSealer(
  messages: CookieMessages,
  serializer: SerializerWithFallback,
  { escapes }: RailsSettings,
  clock: () => number,
): ValueSealer {
  const exactly = (value: RubyValue): Buffer =>
    serializer.writes === 'json' ? Buffer.from(escapeJson(exactJson(value), escapes)) : serializer.dump(value)
  return {
    seal: (value, _now, expires) =>
      messages.seal(serializer.dump(value), expires === undefined ? undefined : expires * 1000),
    open(text): OpenedCookieValue {
      const message = messages.open(text, clock())
      if (!message.ok) return message
      const { value: payload, expiresAt, rotation } = message
      const loaded = tryLoading(() => serializer.load(payload))
      if (loaded === undefined) return { ok: false, reason: 'malformed' }
      const stale = rotation > 0 || serializer.reissues(loaded.format)
      const expires = expiresAt === undefined ? undefined : Math.floor(expiresAt / 1000)
      // The value itself and not what a handler gets of it, which is text where the value is a large integer.
      const seal = (until: number | undefined): string =>
        messages.seal(exactly(loaded.value), until === undefined ? undefined : until * 1000)
      const reissue = stale ? { expires, seal } : undefined
      return { ok: true, value: toJson(loaded.value), secret: rotation, keyId: '', reissue }
    },
  }
}

function tryLoading<Loaded>(load: () => Loaded): Loaded | undefined {
  try {
    return load()
  } catch {
    return undefined // whatever a payload holds, a cookie that cannot be read is an empty session
  }
}
