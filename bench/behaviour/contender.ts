/** One session library in a small application, set up as its README says and with its defaults. */
export interface Contender {
  readonly name: string
  readonly version: string
  /** What the application stands on, with its version. */
  readonly server: string
  /** Serves the routes of `answer` for two sessions, one below `/admin`, both made with the same secrets. */
  start(setup: Setup): Promise<Application>
}

export interface Setup {
  /** The newest first. A library that takes one only gets that. */
  readonly secrets: readonly Secret[]
  /** When the client has the headers of the response to `/late`. */
  readonly headersArrived: Promise<void>
}

export interface Secret {
  /** Counts up from one rotation to the next. */
  readonly id: number
  /** 32 random bytes as base64url. */
  readonly text: string
}

export interface Application extends AsyncDisposable {
  readonly origin: string
}
