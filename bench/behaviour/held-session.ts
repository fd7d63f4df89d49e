/** The session of one request, with each of the library's ways to use it as one statement. */
export interface HeldSession {
  read(): unknown
  assign(value: unknown): unknown
  /** Where the application has to ask for it; the other libraries save by themselves when the response leaves. */
  save?(): Promise<void>
  destroy(): unknown
}
