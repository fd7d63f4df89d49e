import { join } from 'node:path'

/** Where the cookies of real Rails versions are in the repository. */
export const RAILS_VECTORS: string = join(import.meta.dirname, '../rails/vectors')
