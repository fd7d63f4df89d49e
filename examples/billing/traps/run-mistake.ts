import { SessionError } from 'coatcheck'
import { firstFrame } from './source.ts'
import type { Outcome } from './trap.ts'

/** Makes a mistake for real and tells what came of it. */
export function runMistake(headline: string, mistake: () => void): Outcome {
  try {
    mistake()
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    const { place, line } = firstFrame(error)
    return {
      headline,
      facts: [
        { label: 'Error', text: `${error.name} ${error.code}`, isCode: true },
        { label: 'Message', text: error.message },
        { label: 'Thrown at', text: place, isCode: true },
        { label: 'That line', text: line, isCode: true },
      ],
    }
  }
  throw new Error('The mistake went through, and it must not.')
}
