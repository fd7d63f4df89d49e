/** How many rows the first batch of a sweep deletes: few, because nobody knows yet how fast the disk is. */
export const FIRST_BATCH = 20

const TARGET_MILLISECONDS = 5
const [SMALLEST, LARGEST] = [10, 1000]

/** How many rows the next batch deletes, so that it takes about as long as it should: at most twice as many. */
export function batchAfter(size: number, took: number): number {
  const factor = Math.min(TARGET_MILLISECONDS / took, 2)
  return Math.min(Math.max(Math.floor(size * factor), SMALLEST), LARGEST)
}
