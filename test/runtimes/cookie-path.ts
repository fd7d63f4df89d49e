import type { RuntimeCase } from './case.ts'
import { alphabetCases } from './cases/alphabet.ts'
import { blameCases } from './cases/blame.ts'
import { guardCases } from './cases/guard.ts'
import { lifeCases } from './cases/life.ts'
import { overHttp } from './cases/over-http.ts'
import { railsCases } from './cases/rails.ts'
import { sealCases } from './cases/seals.ts'
import { secrecyCases } from './cases/secrecy.ts'
import { vectorCases } from './cases/vectors.ts'

/** The whole path of a session in a cookie, for any runtime: what is sealed, what is refused, and what a browser sees. */
export const cookiePath: readonly RuntimeCase[] = [
  ...vectorCases,
  ...alphabetCases,
  ...sealCases,
  ...guardCases,
  ...blameCases,
  ...lifeCases,
  ...secrecyCases,
  ...railsCases,
  ...overHttp,
]
