import { expect, test } from 'vitest'
import type { RailsOptions } from '../../src/rails/index.ts'
import { dumpMessagePack } from '../../src/rails/message-pack.ts'
import { ID, NAME, setUp } from './beside-rails.ts'

const JSON_SESSION = Buffer.from(`{"session_id":"${ID}","user_id":1}`)
/** Ruby: `Marshal.dump({ 'session_id' => ID, 'user_id' => 1 })` */
const MARSHAL_SESSION = Buffer.from(
  `\x04\b{\x07I"\x0fsession_id\x06:\x06ETI"%${ID}\x06;\x00TI"\fuser_id\x06;\x00Ti\x06`,
  'latin1',
)

const SETTINGS: readonly Partial<RailsOptions>[] = [
  {},
  { defaults: '5.2' },
  { defaults: '6.1', serializer: 'hybrid' },
  { defaults: '7.2', serializer: 'message_pack_allow_marshal' },
  { authenticatedEncryption: false },
  { metadata: false },
  { rotations: [{ digest: 'SHA1' }, { secretKeyBase: 'old'.repeat(20) }] },
  { rotations: [{ authenticatedEncryption: false }, { cipher: 'aes-128-gcm' }] },
  { defaults: '6.1', rotations: [{ kind: 'signed', signedDigest: 'SHA256' }, { kind: 'encrypted' }] },
]

/** CVE-2026-39324: rack-session took a cookie that did not decrypt for one that was not encrypted. */
test.each(SETTINGS)('a session that nobody sealed is refused, however it is encoded, under %o', (options) => {
  const { sessions } = setUp(options)
  const payloads = [JSON_SESSION, MARSHAL_SESSION, Buffer.from(dumpMessagePack({ session_id: ID, user_id: 1 }))]
  const envelope = (payload: Buffer): Buffer =>
    Buffer.from(`{"_rails":{"message":"${payload.toString('base64')}","exp":null,"pur":"cookie.${NAME}"}}`)
  for (const payload of payloads.flatMap((each) => [each, envelope(each)])) {
    const [standard, urlSafe] = [payload.toString('base64'), payload.toString('base64url')]
    const texts = [payload.toString('latin1'), standard, urlSafe, `${standard}--`, `${standard}--${'0'.repeat(40)}`]
    texts.push(
      `${standard}----`,
      `${standard}--${Buffer.alloc(12).toString('base64')}--${Buffer.alloc(16).toString('base64')}`,
    )
    for (const text of texts) {
      const read = sessions.read(`${NAME}=${encodeURIComponent(text)}`)
      expect([read['user_id'], read.isNew]).toEqual([undefined, true])
      expect(sessions.open(encodeURIComponent(text)).ok).toBe(false)
    }
  }
})
