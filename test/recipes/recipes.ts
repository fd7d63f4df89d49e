import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../package/import-graph.ts'

/** A page, and what its text has to match. */
export interface Probe {
  readonly path: string
  readonly status: number
  readonly text: RegExp
  /** Whether it is otherwise in the server for development. */
  readonly isOnlyBuilt?: boolean
}

/** What is particular to the project of one framework. */
export interface Recipe {
  /** The folder below `examples/recipes`. */
  readonly name: string
  /** Whether it is installed and built in seconds: these are walked where nobody asks for all. */
  readonly isQuick: boolean
  /** Where the forms post to. */
  readonly signIn: string
  readonly signOut: string
  /** Whether the framework itself refuses a form of another site; docs/recipes.md says which do. */
  readonly refusesOtherSites: boolean
  /** Asked by a visitor who is signed in. */
  readonly probes: readonly Probe[]
}

const late: Probe = { path: '/late', status: 200, text: /Account 7: ERR_SESSION_SENT/ }

export const RECIPES: readonly Recipe[] = [
  { name: 'h3', isQuick: true, signIn: '/sign-in', signOut: '/sign-out', refusesOtherSites: false, probes: [late] },
  {
    name: 'nitro',
    isQuick: true,
    signIn: '/sign-in',
    signOut: '/sign-out',
    refusesOtherSites: false,
    probes: [late, { path: '/cached', status: 500, text: /"status": 500/ }],
  },
  {
    name: 'astro',
    isQuick: false,
    signIn: '/sign-in',
    signOut: '/sign-out',
    refusesOtherSites: true,
    probes: [
      late,
      { path: '/old', status: 200, text: /Account 7\. The page that you asked for has moved/ },
      { path: '/gone', status: 404, text: /no such page, account 7/ },
      // `astro dev` drops the headers of a 404 that it puts its own page in the place of.
      { path: '/', status: 200, text: /Account 7\. Look here instead/, isOnlyBuilt: true },
    ],
  },
  { name: 'nuxt', isQuick: false, signIn: '/sign-in', signOut: '/sign-out', refusesOtherSites: false, probes: [late] },
  {
    name: 'react-router',
    isQuick: false,
    signIn: '/sign-in',
    signOut: '/sign-out',
    refusesOtherSites: false,
    probes: [late],
  },
  {
    name: 'sveltekit',
    isQuick: false,
    signIn: '/?/signIn',
    signOut: '/?/signOut',
    refusesOtherSites: true,
    probes: [late],
  },
  {
    name: 'sveltekit-2',
    isQuick: false,
    signIn: '/?/signIn',
    signOut: '/?/signOut',
    refusesOtherSites: true,
    probes: [late],
  },
  {
    name: 'tanstack-start',
    isQuick: false,
    signIn: '/sign-in',
    signOut: '/sign-out',
    refusesOtherSites: false,
    probes: [late],
  },
]

/** The folders that hold a project; `RECIPES` has each of them. */
export function recipeFolders(): string[] {
  return readdirSync(join(ROOT, 'examples/recipes'))
}

export function folderOf({ name }: Recipe): string {
  return join(ROOT, 'examples/recipes', name)
}

/** The scripts in a project's package.json. */
export function scriptsOf(recipe: Recipe): Readonly<Record<string, string>> {
  // as: our own file
  const { scripts } = JSON.parse(readFileSync(join(folderOf(recipe), 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  return scripts
}
