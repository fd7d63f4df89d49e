import { encode } from '@msgpack/msgpack'
import { isPrototypeKey } from '../serializers/plain.ts'
import { KEPT, type Member, type Members } from './members.ts'
import { checkBounds, valueEnd } from './message-pack-bounds.ts'
import { MessagePackError } from './message-pack-error.ts'
import { dumpMessagePack, SIGNATURE } from './message-pack.ts'
import { readValues } from './message-pack-values.ts'

/** A session that came as MessagePack, key by key; `undefined` where it is not a map. @throws {@link MessagePackError} */
export function messagePackMembers(payload: Uint8Array): Members | undefined {
  const body = payload.subarray(SIGNATURE.length)
  checkBounds(body, 0)
  const count = mapCount(body)
  if (count === undefined) return undefined
  const all = new Map<string, Member & { readonly pair: Uint8Array }>()
  let at = count.headBytes
  for (let left = count.pairs; left > 0; left--) {
    const keyEnd = valueEnd(body, at)
    const end = valueEnd(body, keyEnd)
    const bytes = body.subarray(keyEnd, end)
    all.set(keyOf(body.subarray(at, keyEnd)), { ...read(bytes), bytes: bytes.length, pair: body.subarray(at, end) })
    at = end
  }
  if (at !== body.length) throw new MessagePackError('a MessagePack payload is not one value')
  return {
    format: 'message_pack',
    all,
    write(session) {
      const pieces = [...session].map(([key, value]) =>
        value === KEPT
          ? (all.get(key)?.pair ?? new Uint8Array())
          : Buffer.concat([encode(key), dumpMessagePack(value).subarray(SIGNATURE.length)]),
      )
      return Buffer.concat([SIGNATURE, mapHead(session.size), ...pieces])
    },
  }
}

function read(bytes: Uint8Array): Pick<Member, 'value' | 'problem'> {
  try {
    const [value = null] = readValues(bytes, 1)
    return { value, problem: undefined }
  } catch (error) {
    // Nothing else comes out of there: the bounds were checked.
    if (!(error instanceof MessagePackError)) throw error
    return { value: null, problem: error.message.replace('a MessagePack payload ', '') }
  }
}

function keyOf(bytes: Uint8Array): string {
  const [key] = readValues(bytes, 1)
  if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint') {
    throw new MessagePackError('a MessagePack payload has a hash key that is neither text nor an integer')
  }
  if (isPrototypeKey(String(key))) throw new MessagePackError('a MessagePack payload has a key that reaches prototypes')
  return String(key)
}

/** The head of a map (MessagePack's spec.md, "map format family"). */
function mapCount(body: Uint8Array): { readonly pairs: number; readonly headBytes: number } | undefined {
  const [type = 0, high = 0, low = 0] = body
  if (type >= 0x80 && type < 0x90) return { pairs: type & 15, headBytes: 1 }
  return type === 0xde ? { pairs: high * 256 + low, headBytes: 3 } : undefined
}

function mapHead(pairs: number): Uint8Array {
  return pairs < 16 ? Uint8Array.of(0x80 | pairs) : Uint8Array.of(0xde, pairs >> 8, pairs & 255)
}
