/**
 * A MessagePack payload that cannot be read, or a value that cannot be written as one. The message names types and sizes,
 * never values: `a MessagePack payload holds a value of the extension type 42`.
 */
export class MessagePackError extends Error {
  override readonly name = 'MessagePackError'
}
