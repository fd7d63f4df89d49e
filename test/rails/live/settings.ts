/** What both servers are told, so that each can read the other's cookies. */
export interface Settings {
  readonly secretKeyBase: string
  /** `config.load_defaults` */
  readonly loadDefaults: string
  readonly cookieName: string
  /** What Rails writes and reads; the TypeScript side writes JSON with each of them. */
  readonly serializer: 'json' | 'hybrid' | 'marshal'
  /** Another digest for the key generator than that of `loadDefaults`. */
  readonly keyDigest?: 'SHA1' | 'SHA256' | undefined
}

/** The environment that `app/config.ru` and `server.ts` read them from. */
export function environmentOf(settings: Settings): Record<string, string> {
  return {
    SECRET_KEY_BASE: settings.secretKeyBase,
    LOAD_DEFAULTS: settings.loadDefaults,
    COOKIE_NAME: settings.cookieName,
    SERIALIZER: settings.serializer,
    KEY_DIGEST: settings.keyDigest ?? '',
  }
}

/** In words, as `load_defaults 7.2, json, SHA1 keys`. */
export function describe({ loadDefaults, serializer, keyDigest }: Settings): string {
  const digest = keyDigest === undefined ? '' : `, ${keyDigest} keys`
  return `load_defaults ${loadDefaults}, ${serializer}${digest}`
}
