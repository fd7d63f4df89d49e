import { expect, test } from 'vitest'
import { storeContract, type OpenStore } from '../../src/testing/index.ts'

/** Every case of the contract as a test. `open` gives stores over one and the same database. */
export function contractTests(open: OpenStore): void {
  test.each(storeContract)('$name', async ({ check }) => {
    await expect(check(open)).resolves.toBeUndefined()
  })
}
