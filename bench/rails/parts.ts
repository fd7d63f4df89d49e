import type { Step } from '../contender.ts'
import type { SessionData } from '../session.ts'
import { readEscaped } from '../../src/rails/escaped-reader.ts'
import { writeEscaped } from '../../src/rails/escaped-writer.ts'
import { memberTexts, type JsonEscapes } from '../../src/rails/json-text.ts'
import { parseRailsJson } from '../../src/rails/message-json.ts'
import { unwrap, wrap } from '../../src/rails/metadata.ts'
import { writeSession } from '../../src/rails/session-payload.ts'

/** A part of our seal or open that the raw loop has not, to say what the rest is spent on. */
export interface Part {
  readonly name: string
  readonly step: Step<unknown>
}

const ESCAPES: JsonEscapes = { htmlEntities: true, jsSeparators: false }

/** @param values many of the same session: a loop over one and the same is faster, because the processor learns it */
export function parts(
  values: readonly string[],
  session: SessionData & { readonly session_id: string },
  purpose: string,
): readonly Part[] {
  const json = JSON.stringify(session)
  const payload = Buffer.from(json)
  const metadata = { purpose }
  const envelope = Buffer.from(wrap(payload, metadata, JSON.stringify))
  const texts = new Map<string, string | undefined>(memberTexts(json))
  texts.set(Object.keys(session).at(-1) ?? '', undefined)
  const { session_id: id, ...data } = session
  const record = { id, data, texts: () => texts }
  const nextValue = next(values)
  const nextParts = next(values.map((value) => value.split('--').map(toBytes)))
  const ends = [Buffer.alloc(12), Buffer.alloc(16)]
  return [
    {
      name: 'the session as JSON, key by key, half of it what JSON.stringify takes in the raw loop',
      step: () => Buffer.from(writeSession(record, ESCAPES)),
    },
    { name: 'envelope and inner base64 when sealing', step: () => wrap(payload, metadata, JSON.stringify) },
    { name: 'base64 and percent-encoding of the three parts', step: () => writeEscaped(nextParts()) },
    { name: 'percent-decoding and strict base64 of the three parts', step: () => readEscaped(nextValue(), ends) },
    { name: 'envelope and inner base64 when opening', step: () => unwrap(envelope, 'prefix') },
    {
      name: 'UTF-8 and harmless JSON, most of it the JSON.parse that the raw loop has as well',
      step: () => parseRailsJson(payload),
    },
    {
      name: 'the text of every key, which the first write of a request looks up, in neither column',
      step: () => memberTexts(json),
    },
  ]
}

function toBytes(part: string): Buffer {
  return Buffer.from(decodeURIComponent(part), 'base64')
}

function next<Item>(items: readonly Item[]): () => Item {
  let at = 0
  return () => items[at++ % items.length] as Item // as: there is one at least
}
