/** How many entries of its own each process sets. */
export const LANES = 100

/** How often it sets each; it adds as often as it sets. */
export const TURNS = 5
