import { FlashMessages } from 'coatcheck/next/flash'
import { sessions } from '@/sessions'

/** The messages that an action left. Reading them here does not end them, because no component can. */
export async function Flash() {
  const { flash } = await sessions.read()
  return <FlashMessages waiting={{ ...flash }} />
}
