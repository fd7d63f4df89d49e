/** Lays properties over those of `object`, and gives what takes them off again. */
export function shadow(object: object, properties: PropertyDescriptorMap): () => void {
  const before: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(object)
  for (const [name, property] of Object.entries(properties)) {
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
