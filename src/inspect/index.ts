export { inspectCookie } from './inspect-cookie.ts'
export type { InspectOptions, InspectRailsOptions } from './options.ts'
export type { Effect, Finding } from './findings.ts'
export type { InputForm } from './cookie-input.ts'
export type {
  CompactReport,
  ContentReport,
  CookieKind,
  CookieReport,
  EnvelopeReport,
  FittingOptions,
  InputReport,
  Measure,
  OpenedBy,
  Part,
  PayloadFormat,
  RailsReport,
  Scheme,
  SealedHeader,
  SizeReport,
  Verdict,
} from './report.ts'
