/** Lays configurable properties over those of `object`, and gives what takes them off again. */
export function shadow(object: object, properties: PropertyDescriptorMap): () => void {
  const names = Object.keys(properties)
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(object, name)] as const)
  Object.defineProperties(object, properties)
  return () => {
    for (const [name, property] of before) {
      if (property === undefined) Reflect.deleteProperty(object, name)
      else Object.defineProperty(object, name, property)
    }
  }
}
