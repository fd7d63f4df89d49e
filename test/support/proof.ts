/**
 * How much a heavy test does: `whole` under `npm run test:proofs`, which CI runs; `part` under `npm test`, so that it stays quick
 * on a small or busy machine. The sentence of the test holds for both.
 */
export function proof(whole: number, part: number): number {
  return process.env['PROOFS'] === 'whole' ? whole : part
}
