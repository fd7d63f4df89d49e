import { SessionError } from '../errors.ts'

/** What a store may be told of its sessions' size. @throws `ERR_OPTIONS` */
export function checkedMaxBytes(maxBytes: number | undefined): number | undefined {
  if (maxBytes === undefined || (Number.isSafeInteger(maxBytes) && maxBytes > 0)) return maxBytes
  throw new SessionError('ERR_OPTIONS', `maxBytes is ${String(maxBytes)}, expected a whole number of bytes, as 65536.`)
}
