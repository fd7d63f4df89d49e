export { createIdentity, type DeviceIdentity, type Identity, type SignInOptions } from './identity.ts'
export { userSessions, type UserSessions, type UserSessionsOptions } from './user-sessions.ts'
export { userTokens, type UserTokens, type UserTokensOptions } from './user-tokens.ts'
export type { Device, DevicePage, Devices } from './devices.ts'
export type { IdentityStatus } from './resolver.ts'
export type { IdentityHost, UserSessionsIdentityOptions, UserTokensIdentityOptions } from './identity-options.ts'
export type { UserId } from './claims.ts'
export type { Limits } from './limits.ts'
export type { SignedOutBecause } from './verdict.ts'
export type { Epoch, SignInFacts } from './verifier.ts'
export type { IdentityEvent } from './events.ts'
export type {
  EndedBecause,
  Ending,
  Epochs,
  FoundUserSession,
  Inserted,
  InsertOptions,
  ListPage,
  NewUserSession,
  Proof,
  Proven,
  Renewal,
  UserSessionRecord,
  UserSessionRegistry,
} from './registry.ts'
