/** Lays properties over those of `object`, and gives what takes them off again. */
export function shadow(object: object, properties: PropertyDescriptorMap): () => void {
  const before: PropertyDescriptorMap = {}
  for (const [name, property] of Object.entries(properties)) {
    // Of these names alone: a response has some forty, and this is what a request pays that writes.
    const own = Object.getOwnPropertyDescriptor(object, name)
    if (own !== undefined) before[name] = own
    Object.defineProperty(object, name, { ...property, configurable: true })
  }
  return () => {
    for (const name of Object.keys(properties)) {
      Reflect.deleteProperty(object, name)
      const property = before[name]
      if (property !== undefined) Object.defineProperty(object, name, property)
    }
  }
}
