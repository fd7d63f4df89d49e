import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KeyGenerator, type RailsDigest } from '../../src/rails/key-generator.ts'
import { thrownBy } from '../support/thrown-by.ts'

interface KeyVector {
  readonly rails: readonly string[]
  readonly secretKeyBase: string
  readonly salt: string
  readonly length: number
  readonly iterations: number
  readonly digest: RailsDigest
  readonly keyHex: string
}

const file = readFileSync(new URL('vectors/keygen.json', import.meta.url), 'utf8')
const { vectors } = JSON.parse(file) as { vectors: readonly KeyVector[] } // as: the tests check every field

test('the vectors are all there', () => {
  expect(vectors.flatMap(({ rails }) => rails)).toHaveLength(68)
})

test.each(vectors)(
  'derives $length bytes for "$salt" with $digest and $iterations iterations as Rails $rails does',
  ({ secretKeyBase, salt, length, iterations, digest, keyHex }) => {
    const generator = new KeyGenerator(secretKeyBase, { iterations, hashDigest: digest })
    expect(generator.generateKey(salt, length).toString('hex')).toBe(keyHex)
  },
)

test('alone it has the defaults of the class: 65,536 iterations of SHA1, 64 bytes', () => {
  const alone = new KeyGenerator('secret').generateKey('salt')
  expect(alone).toEqual(new KeyGenerator('secret', { iterations: 65_536, hashDigest: 'SHA1' }).generateKey('salt', 64))
})

test('a shorter key is the beginning of a longer one', () => {
  const generator = new KeyGenerator('secret', { iterations: 1000 })
  expect(generator.generateKey('salt', 32)).toEqual(generator.generateKey('salt', 64).subarray(0, 32))
})

test('a secret that is no text is refused before it is used', () => {
  const error = thrownBy(() => new KeyGenerator(undefined as unknown as string)) // as: what JavaScript may pass
  expect(error.code).toBe('ERR_SECRET')
  expect(error.message).toContain('secret_key_base')
})
