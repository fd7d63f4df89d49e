import { randomBytes, webcrypto } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'
import type { Contender } from '../contender.ts'
import { installedVersion } from '../installed-version.ts'

// The form of key that jose is fastest with: bytes or a KeyObject cost it about a quarter more.
const key = await webcrypto.subtle.importKey('raw', randomBytes(32), 'AES-GCM', false, ['encrypt', 'decrypt'])

/** A JWE with `dir` and `A256GCM`, issued and expiring, as a session in a JWT is. */
export const jose: Contender = {
  name: 'jose A256GCM',
  version: installedVersion('jose'),
  protection: 'encrypted',
  sealing: (session) => () =>
    new EncryptJWT(session)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuedAt()
      .setExpirationTime('14d')
      .encrypt(key),
  opening: (text) => () => jwtDecrypt(text, key),
  session(opened) {
    const { iat: _iat, exp: _exp, ...session } = (opened as Awaited<ReturnType<typeof jwtDecrypt>>).payload // as: `opening` gave it
    return session
  },
  cookies: (text) => [text],
}
