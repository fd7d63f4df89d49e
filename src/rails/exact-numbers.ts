import { nullObject } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import type { RubyValue } from './marshal-value.ts'

/** A Ruby value as a session can hold it: an integer beyond 2⁵³ becomes the nearest number that JavaScript has. */
export function toJson(value: RubyValue): Json {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toJson)
  const object = nullObject()
  for (const [key, item] of Object.entries(value)) object[key] = toJson(item)
  return object
}

/** Whether there is an integer in it that `toJson` would round. */
export function losesDigits(value: RubyValue): boolean {
  if (typeof value === 'bigint') return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(losesDigits)
}

/** JSON with every digit of such an integer. */
export function exactJson(value: RubyValue): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${exactJson(item)}`)
  return `{${members.join(',')}}`
}
