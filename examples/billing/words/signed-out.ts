import type { SignedOutBecause } from 'coatcheck/identity'

/** Why a session does not count any more, for its owner: whoever gets the sentence had the seal. */
export const SIGNED_OUT: Readonly<Record<SignedOutBecause, string>> = {
  'sign-out': 'This session was signed out.',
  revoked: 'You were signed out on another device.',
  others: 'You were signed out on another device.',
  user: 'An administrator signed you out.',
  everyone: 'Everybody was signed out.',
  replaced: 'Somebody signed in again in that browser, which ended this session.',
  renewed: 'The password was asked for since, so this older cookie is worth nothing any more.',
  limit: 'You signed in on too many other devices.',
  idle: 'You were signed in for too long without a click.',
  absolute: 'You were signed in for too long. Please prove again who you are.',
}
