/** What a server of coatcheck is told by its environment: how much it keeps of cookies that it opened, where not as by default. */
export const CACHE_BYTES = 'BENCH_CACHE_BYTES'
