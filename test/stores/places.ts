import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'

/** One database for a test file, and as many stores over it as there would be processes. */
export interface Place {
  open(): Promise<SessionStore>
  close(): Promise<void>
}

async function openMemory(): Promise<Place> {
  const store = memoryStore()
  return { open: () => Promise.resolve(store), close: () => Promise.resolve() }
}

/** The stores that every rule must hold on. */
export const PLACES: readonly (readonly [name: string, open: () => Promise<Place>])[] = [['memory', openMemory]]
