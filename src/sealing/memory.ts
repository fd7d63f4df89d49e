/** What was used lately, by a text. What it holds never weighs more than its bound. */
export interface Memory<Value> {
  get(text: string): Value | undefined
  remember(text: string, value: Value): void
  /** Of all that it holds. */
  readonly weight: number
}

/**
 * In two generations, of which each may have half of the bound: what was used since the last turn-over survives it, the rest
 * goes.
 */
export function createMemory<Value>(bound: number, weigh: (text: string, value: Value) => number): Memory<Value> {
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()
  let youngWeight = 0
  let oldWeight = 0
  const turnOver = (): void => {
    old = young
    oldWeight = youngWeight
    young = new Map()
    youngWeight = 0
  }
  const add = (text: string, value: Value): void => {
    const weight = weigh(text, value)
    if (weight > bound / 2) return
    if (youngWeight + weight > bound / 2) turnOver()
    young.set(text, value)
    youngWeight += weight
  }
  return {
    get(text) {
      const found = young.get(text)
      if (found !== undefined) return found
      const older = old.get(text)
      if (older === undefined) return undefined
      old.delete(text)
      oldWeight -= weigh(text, older)
      add(text, older)
      return older
    },
    remember(text, value) {
      // A slice keeps the whole header alive that it was cut from; the copy holds its own bytes alone.
      if (!young.has(text)) add(Buffer.from(text, 'latin1').toString('latin1'), value)
    },
    get weight() {
      return youngWeight + oldWeight
    },
  }
}
