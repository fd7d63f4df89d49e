/** What the keys of both servers follow from. */
export interface Keys {
  readonly secretKeyBase: string
  /** Another digest for the key generator than that of `load_defaults`. */
  readonly digest?: 'SHA1' | 'SHA256' | undefined
}

/** What a server is told, so that it can read the other's cookies. */
export interface Settings {
  /** The Rails that runs; it may be newer than its `load_defaults`. */
  readonly rails: '6.1' | '7.2'
  /** `config.load_defaults` */
  readonly loadDefaults: '6.1' | '7.0' | '7.2'
  readonly cookieName: string
  /** `cookies_serializer` of Rails. Where that is `marshal`, the TypeScript side is `hybrid`, as the docs have it. */
  readonly serializer: 'json' | 'hybrid' | 'marshal' | 'message_pack'
  readonly keys: Keys
  /** A rotation: other keys, whose cookies are read and written again. */
  readonly alsoReads?: Keys | undefined
}

/** How a cookie is written: whoever writes in another way writes it again as soon as it has read it. */
export interface Way {
  readonly format: 'json' | 'marshal' | 'message_pack'
  readonly keys: Keys
}

/** How a server with such settings writes. */
export function wayOf({ serializer, keys }: Settings, kind: 'ruby' | 'typescript'): Way {
  if (serializer === 'message_pack') return { format: 'message_pack', keys }
  return { format: serializer === 'marshal' && kind === 'ruby' ? 'marshal' : 'json', keys }
}

/** The environment that `app/config.ru` and `server.ts` read them from. */
export function environmentOf({ rails, loadDefaults, cookieName, serializer, keys, alsoReads }: Settings) {
  return {
    RAILS_VERSION: rails,
    LOAD_DEFAULTS: loadDefaults,
    COOKIE_NAME: cookieName,
    SERIALIZER: serializer,
    SECRET_KEY_BASE: keys.secretKeyBase,
    KEY_DIGEST: keys.digest ?? '',
    OTHER_SECRET_KEY_BASE: alsoReads?.secretKeyBase ?? '',
    OTHER_KEY_DIGEST: alsoReads?.digest ?? '',
  }
}
