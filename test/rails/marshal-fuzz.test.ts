import { expect, test } from 'vitest'
import { loadMarshal, MarshalError } from '../../src/rails/marshal.ts'
import { Random } from '../hostile/world.ts'
import { proof } from '../support/proof.ts'

const PAYLOADS = proof(150_000, 30_000)

/** `FUZZ_SEED=… npm test` repeats a run exactly. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
// oxlint-disable-next-line no-console -- a run that fails is repeated with it
console.log(`FUZZ_SEED=${seed}`)

/** Every type that Ruby writes, in payloads of Ruby's own. */
const SEEDS = [
  '04087b0b49220f73657373696f6e5f6964063a0645544922253566316433623961376332653466363038313961623063316432653366343035063b005449220c757365725f6964063b0054692f4922105f637372665f746f6b656e063b005449223051563653553474455a373971657934515679744161424163713531784b414341375f42776b3172365a7755063b00544922096e616d65063b00544922095a6fc3ab063b00544922096c697374063b00545b0969066608322e35305449220668063b00547b064922066b063b005449220676063b0054',
  '040849753a0954696d650d43801fc0f55b5a10093a0d6e616e6f5f6e756d6901ea3a0d6e616e6f5f64656e69063a0d7375626d6963726f220723403a097a6f6e65492208555443063a064546',
  '040849753a0954696d650d41981f8000005010073a0b6f66667365746902201c3a097a6f6e6549220943455354063a064546',
  '0408553a20416374697665537570706f72743a3a54696d65576974685a6f6e655b0849753a0954696d650d40801fc000000000063a097a6f6e65492208555443063a064546492215416d65726963612f4e65775f596f726b063b085449753b060d33801fc000000000063b074007',
  '0408433a2d416374697665537570706f72743a3a4861736857697468496e646966666572656e744163636573737b0649220661063a064554433b007b0649220662063b06545b06433b007b0649220663063b06546906',
  '0408753a0f426967446563696d616c0f31383a302e3139396532',
  '04086f3a08536574063a0a40686173687d0769065469075446',
  '0408533a075374063a06616906',
  '04086f3a0c4163636f756e74063a0740616906',
  '040849433a1e416374697665537570706f72743a3a53616665427566666572220678073a0645543a0f4068746d6c5f7361666554',
  '0408653a0f436f6d70617261626c655b00',
  '04084922085a6feb063a0d656e636f64696e67220f49534f2d383835392d31',
  '04085b093a06613b00493a07c3a4063a0645543b06',
  '04085b216900690669fa697f69017b698069ff846901ff6902000169ff0069fefffe6902ffff690300000169fe000069fdfffffe6904000000016904ffffff3f69fc000000c06c2b07000000406c2d07010000406c2b07000000806c2b080000000000016c2b09ffffffffffff1f006c2b0900000000000020006c2b0901000000000020006c2d0901000000000020006c2b0a000000000000000001006c2d0a00000000000000004000',
  '04085b1366063066072d306606316608312e35660a2d322e3235660931653230660931652d37660a31653130306608302e316617302e3333333333333333333333333333333366173132333435363738392e3132333435363739660b35652d333234661b312e3739373639333133343836323331353765333038660933653130',
  '04085b086608696e6666092d696e6666086e616e',
  '04085b0d6608312e3540066c2b0a00000000000000004000400749220671063a06455440087b064922066b063b005440084008',
  '04085b0b49753a0954696d650d20801fc000000000063a097a6f6e65492208555443063a06454640075b064922067a063b075440084922077a32063b07544008',
  '04085b087d0649220661063a0645546906690a400649220678063b0054',
  '04087b09690669063a0662690749220663063a06455469086c2b0a000000000000000040006909',
  '0408492f066101063a064546',
  '04086d0b4b65726e656c',
  '04087b0649220e5f5f70726f746f5f5f063a0645547b0649220661063b00546906',
  '0408630b537472696e67',
].map((hex) => Buffer.from(hex, 'hex'))
const TYPES = Buffer.from('0TFilf":;I[{}C@oSuUdcmMe/\0\x01\x04\x05\x06\x07\xfa\xff', 'latin1')

/** `payload` with a few bytes flipped, replaced, cut out, doubled or moved from another payload. */
function mutated(payload: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(payload)
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = Math.min(2 + random.below(bytes.length), bytes.length)
    const other = random.pick(SEEDS)
    const from = 2 + random.below(other.length - 2)
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
    const part = other.subarray(from, from + 1 + random.below(24))
    bytes = random.pick([
      () => Buffer.concat([head, Buffer.of(random.below(256)), tail.subarray(1)]),
      () => Buffer.concat([head, Buffer.of(random.pick([...TYPES])), tail.subarray(1)]),
      () => Buffer.concat([head, Buffer.of((tail[0] ?? 0) ^ (1 << random.below(8))), tail.subarray(1)]),
      () => Buffer.concat([head, tail.subarray(1 + random.below(4))]),
      () => Buffer.concat([head, part, tail]),
      () => Buffer.concat([head, part, tail.subarray(part.length)]),
    ])()
  }
  return bytes
}

/** What JSON and `bigint` can say, at most 100 levels deep. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null)
    return value === null || ['string', 'boolean', 'bigint'].includes(typeof value)
  if (depth >= 100) return false
  return Object.entries(value).every(([key, item]) => key !== '__proto__' && isPlain(item, depth + 1))
}

test('a mutated Marshal payload gives plain data or a MarshalError, and nothing else', () => {
  const random = new Random(seed)
  let [read, refused] = [0, 0]
  for (let count = 0; count < PAYLOADS; count++) {
    const payload = mutated(random.pick(SEEDS), random)
    try {
      const value = loadMarshal(payload)
      read++
      if (!isPlain(value, 0)) throw new Error(`no plain data: ${payload.toString('hex')}`)
    } catch (error) {
      if (!(error instanceof MarshalError)) throw new Error(`of ${payload.toString('hex')}`, { cause: error })
      refused++
    }
  }
  expect(read).toBeGreaterThan(PAYLOADS / 100)
  expect(refused).toBeGreaterThan(PAYLOADS / 4)
})
