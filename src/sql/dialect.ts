/** The databases whose SQL we know. */
export type Dialect = 'sqlite' | 'postgres'
