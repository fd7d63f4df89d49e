/** What a server is told by its environment: the databases, and a folder for files. */
export const REDIS_URL = 'BENCH_REDIS'
export const POSTGRES_URL = 'BENCH_POSTGRES'
export const DIRECTORY = 'BENCH_DIRECTORY'
