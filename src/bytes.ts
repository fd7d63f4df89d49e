/**
 * Whether a value is bytes, of whatever realm: those that a test runner with a DOM, or `node:vm`, hands over are not an
 * `instanceof` the `Uint8Array` of this one.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'
}
