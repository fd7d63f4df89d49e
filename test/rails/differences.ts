import type { RailsVersion } from '../../src/rails/index.ts'
import type { Vector } from './vectors.ts'

/** Where we do not do as Rails does, each with its why. `docs/rails.md` lists the same. */
const DIFFERENCES: readonly {
  readonly ids: RegExp
  readonly versions?: readonly RailsVersion[]
  readonly why: string
}[] = [
  {
    ids: /^session\/name_(?:specials|brackets)$/,
    why: 'A name that is no token never comes back to Rails either: createSessions refuses it.',
  },
  {
    ids: /^jar\/enc_name_(?:amp|quote|unicode|2028)$/,
    why: 'The same for names in a jar.',
  },
  {
    ids: /^jar\/overflow_\d_fits$/,
    why: 'Rails measures before it escapes the value. No browser keeps this cookie, so none sends it.',
  },
  {
    ids: /^accept\/comma_separated$/,
    versions: ['5.2'],
    why: 'Rack before 2.2 separates cookies at commas, which no browser does.',
  },
  {
    ids: /^(?:rotation\/(?:secret|second_of_two|expiring_reissued|cbc_old_secret)|serializer_cross\/nil_read_by_hybrid)$/,
    versions: ['5.2'],
    why: 'Rails 5.2 adds the keys "value" and "path" to a session that it re-issues, a bug fixed in 6.0.',
  },
  {
    ids: /^serializer_cross\/(?:json|hybrid)_read_by_(?:nil|marshal)$/,
    versions: ['5.2'],
    why: 'An application on Marshal alone cannot read JSON in 5.2. We have no such setting, because we would write what it cannot read.',
  },
]

/** Why a vector is read differently, or `undefined` where it is not. A Rails that raises shows nothing to be compared with. */
export function differenceOf(vector: Vector, version: RailsVersion): string | undefined {
  const difference = DIFFERENCES.find(
    ({ ids, versions }) => ids.test(vector.id) && (versions?.includes(version) ?? true),
  )
  return difference?.why
}
