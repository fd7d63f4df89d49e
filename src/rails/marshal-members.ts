import { loadMarshalHash } from './marshal.ts'
import { MarshalWriter } from './marshal-writer.ts'
import { KEPT, type Member, type Members } from './members.ts'

/** A session that came as Marshal, key by key; `undefined` where it is not a hash. @throws `MarshalError` */
export function marshalMembers(payload: Uint8Array): Members | undefined {
  const hash = loadMarshalHash(payload)
  if (hash === undefined) return undefined
  const all = [...hash.members].map(([key, { value, problem, extents }]): [string, Member] => [
    key,
    { value, problem, bytes: extents.value.end - extents.value.start },
  ])
  return {
    format: 'marshal',
    all: new Map(all),
    write(session) {
      const writer = new MarshalWriter(hash)
      for (const [key, value] of session) {
        const member = hash.members.get(key)
        if (value !== KEPT) writer.write(key, value)
        else if (member !== undefined) writer.keep(member.extents)
      }
      return writer.end()
    },
  }
}
