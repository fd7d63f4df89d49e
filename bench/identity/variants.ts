/** How a server of the HTTP part knows whose dashboard it shows. */
export type Variant = 'none' | 'cookie' | 'sqlite' | 'postgres'

/** In the order of the table; ratios are taken to the first. */
export const VARIANTS: readonly { readonly variant: Variant; readonly title: string }[] = [
  { variant: 'none', title: 'no session' },
  { variant: 'cookie', title: 'cookie only' },
  { variant: 'sqlite', title: 'direct mode, SQLite' },
  { variant: 'postgres', title: 'direct mode, PostgreSQL (pg)' },
]

/** What a server is told by its environment, beside `BILLING_DATABASE`. */
export const VARIANT = 'BENCH_VARIANT'
export const POSTGRES = 'BENCH_POSTGRES'

/** What it says once it listens. */
export interface Ready {
  readonly port: number
  readonly cookieHeader: string
}
