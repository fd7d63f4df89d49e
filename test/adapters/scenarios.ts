import type { Scenario } from './scenario.ts'
import { ANSWERS } from './scenarios/answers.ts'
import { CACHES } from './scenarios/caches.ts'
import { CONNECTIONS } from './scenarios/connections.ts'
import { ENDINGS } from './scenarios/endings.ts'
import { ERRORS } from './scenarios/errors.ts'
import { FLASH } from './scenarios/flash.ts'
import { HEADERS } from './scenarios/headers.ts'
import { KNOWN_VULNERABILITIES } from './scenarios/known-vulnerabilities.ts'
import { LIFETIME } from './scenarios/lifetime.ts'
import { MEMBERS } from './scenarios/members.ts'
import { MOUNTING } from './scenarios/mounting.ts'
import { RECEIVED } from './scenarios/received.ts'
import { SECURE } from './scenarios/secure.ts'
import { SESSION } from './scenarios/session.ts'
import { STORES } from './scenarios/stores.ts'

/** What is so in every framework. */
export const SCENARIOS: readonly Scenario[] = [
  ...SESSION,
  ...FLASH,
  ...LIFETIME,
  ...HEADERS,
  ...CACHES,
  ...SECURE,
  ...RECEIVED,
  ...ANSWERS,
  ...ERRORS,
  ...CONNECTIONS,
  ...MOUNTING,
  ...MEMBERS,
  ...STORES,
  ...ENDINGS,
  ...KNOWN_VULNERABILITIES,
]
