import type { Scenario } from './scenario.ts'
import { dateStored } from './scenarios/date-stored.ts'
import { garbageInFront } from './scenarios/garbage-in-front.ts'
import { lateWrite } from './scenarios/late-write.ts'
import { legible } from './scenarios/legible.ts'
import { oneByteChanged } from './scenarios/one-byte-changed.ts'
import { otherName } from './scenarios/other-name.ts'
import { readOnly } from './scenarios/read-only.ts'
import { replayed } from './scenarios/replayed.ts'
import { rotated } from './scenarios/rotated.ts'
import { tooLarge } from './scenarios/too-large.ts'

/** The rows of the table, in its order. */
export const scenarios: readonly Scenario[] = [
  legible,
  dateStored,
  tooLarge,
  garbageInFront,
  otherName,
  lateWrite,
  readOnly,
  replayed,
  rotated,
  oneByteChanged,
]
