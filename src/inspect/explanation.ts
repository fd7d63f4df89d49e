import type { Finding } from './findings.ts'
import type { CookieKind, CookieReport } from './report.ts'
import type { Json } from '../serializers/serializer.ts'

/** One value of one name, to be explained at one time. */
export interface Subject {
  readonly name: string
  readonly kind: CookieKind
  /** As it stands in the header. */
  readonly value: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What one format has to say about it. */
export type Explanation = Pick<
  CookieReport,
  'verdict' | 'scheme' | 'parts' | 'compact' | 'rails' | 'content' | 'version'
> & {
  readonly findings: readonly Finding[]
  /** Everything inside, where it could be read. */
  readonly data: Json | undefined
}
