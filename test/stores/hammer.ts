import { proof } from '../support/proof.ts'

/** How many keys of its own each process sets. */
export const LANES = 20

/** How often it sets each; it adds as often as it sets. */
export const TURNS = proof(25, 8)

/** The environment variable in which a process finds the secret of the sessions. */
export const SECRET_VARIABLE = 'SESSION_SECRET'

/** How long the last of eight thousand requests for one session may wait on a busy machine. */
export const PATIENCE = '100s'
