import { Notice } from './notice'
import { sessions } from '@/sessions'

/** The message that an action left. Reading it here does not end it, because no component can. */
export async function Flash() {
  const { flash } = await sessions.read()
  return <Notice text={typeof flash.notice === 'string' ? flash.notice : undefined} />
}
