import { marshalMembers } from './marshal-members.ts'
import type { Members } from './members.ts'
import { messagePackMembers } from './message-pack-members.ts'

/** `undefined` where the payload is not a hash. @throws for bytes that Ruby did not write */
export function readMembers(format: 'marshal' | 'message_pack', payload: Uint8Array): Members | undefined {
  return format === 'marshal' ? marshalMembers(payload) : messagePackMembers(payload)
}
