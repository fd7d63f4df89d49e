import type { Step } from '../contender.ts'
import { decodeStrict } from '../../src/rails/base64.ts'
import { escapeValue, unescapeValue } from '../../src/rails/escaped-value.ts'
import { memberTexts } from '../../src/rails/json-text.ts'
import { parseRailsJson } from '../../src/rails/message-json.ts'
import { unwrap, wrap } from '../../src/rails/metadata.ts'

/** A part of our seal or open that the raw loop has not, to say what the rest is spent on. */
export interface Part {
  readonly name: string
  readonly step: Step<unknown>
}

/** @param values many of the same session: a loop over one and the same is faster, because the processor learns it */
export function parts(values: readonly string[], session: object, purpose: string): readonly Part[] {
  const json = JSON.stringify(session)
  const payload = Buffer.from(json)
  const metadata = { purpose }
  const envelope = wrap(payload, metadata, JSON.stringify)
  const messages = values.map((value) => decodeURIComponent(value))
  const [nextValue, nextMessage, nextSplit] = [next(values), next(messages), next(messages)]
  return [
    { name: 'percent-encoding', step: () => escapeValue(nextMessage()) },
    { name: 'envelope and inner base64 when sealing', step: () => wrap(payload, metadata, JSON.stringify) },
    { name: 'percent-decoding', step: () => unescapeValue(nextValue()) },
    { name: 'strict base64 of the three parts', step: () => nextSplit().split('--').map(decodeStrict) },
    { name: 'envelope and inner base64 when opening', step: () => unwrap(envelope, 'prefix') },
    {
      name: 'UTF-8 and harmless JSON, half of it the JSON.parse that the raw loop has as well',
      step: () => parseRailsJson(payload),
    },
    {
      name: 'the text of every key, which the first write of a request looks up, in neither column',
      step: () => memberTexts(json),
    },
  ]
}

function next(texts: readonly string[]): () => string {
  let at = 0
  return () => texts[at++ % texts.length] ?? ''
}
