import { Shown } from './shown'
import { sessions } from '@/sessions'

/** Names and sizes arrive, as in a log, and no value: what a client component needs has to be handed to it by name. */
export default async function HandedOver() {
  return <Shown session={await sessions.read()} />
}
