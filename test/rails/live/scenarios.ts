import type { Keys, Settings } from './settings.ts'

/** What is walked: settings, or a change of keys while both servers are in use. */
export interface Scenario extends Pick<Settings, 'rails' | 'loadDefaults' | 'serializer'> {
  readonly title: string
  /** From one to another, in the stages of docs/rails.md. */
  readonly rotates?: 'secret' | 'digest'
}

/** What both servers run with until they are started again. */
export interface Stage {
  readonly ruby: Settings
  readonly typescript: Settings
}

export const SCENARIOS: readonly Scenario[] = [
  plain('6.1', '6.1', 'json'),
  plain('6.1', '6.1', 'hybrid'),
  plain('6.1', '6.1', 'marshal'),
  { rails: '6.1', loadDefaults: '6.1', serializer: 'json', title: 'rotating secret_key_base', rotates: 'secret' },
  plain('7.2', '6.1', 'hybrid'),
  plain('7.2', '6.1', 'marshal'),
  plain('7.2', '7.0', 'json'),
  plain('7.2', '7.2', 'json'),
  plain('7.2', '7.2', 'message_pack'),
  { rails: '7.2', loadDefaults: '7.2', serializer: 'json', title: 'rotating secret_key_base', rotates: 'secret' },
  { rails: '7.2', loadDefaults: '7.0', serializer: 'json', title: 'rotating SHA1 keys to SHA256', rotates: 'digest' },
]

function plain(
  rails: Settings['rails'],
  loadDefaults: Settings['loadDefaults'],
  serializer: Settings['serializer'],
): Scenario {
  return { rails, loadDefaults, serializer, title: `load_defaults ${loadDefaults}, ${serializer}` }
}

const COOKIE_NAME = '_billing_session'

/** One stage, or those of a rotation. */
export function stagesOf(
  { rails, loadDefaults, serializer, rotates }: Scenario,
  secretKeyBase: string,
  newSecretKeyBase: string,
): { readonly cookieName: string; readonly stages: readonly Stage[] } {
  const run = (keys: Keys, alsoReads?: Keys): Settings => {
    return { rails, loadDefaults, serializer, cookieName: COOKIE_NAME, keys, alsoReads }
  }
  // Rails 6.1 knows SHA1 alone, and takes no word about it.
  const digest = rails === '6.1' ? undefined : 'SHA256'
  const before: Keys = { secretKeyBase, digest: rotates === 'digest' ? 'SHA1' : digest }
  const after: Keys = { secretKeyBase: rotates === 'secret' ? newSecretKeyBase : secretKeyBase, digest }
  const both = (settings: Settings): Stage => ({ ruby: settings, typescript: settings })
  if (rotates === undefined) return { cookieName: COOKIE_NAME, stages: [both(run({ secretKeyBase }))] }
  return {
    cookieName: COOKIE_NAME,
    stages: [
      both(run(before)),
      // Whoever is not yet rotated must read what the other already writes.
      { ruby: run(before), typescript: run(before, after) },
      { ruby: run(after, before), typescript: run(before, after) },
      both(run(after, before)),
      both(run(after)),
    ],
  }
}
