import { arrow, importsOf, type Import, type Tree } from './import-graph.ts'

/** The files of `src` itself that are not named below: where the parts are wired. */
const WIRING = 'sessions.ts and its neighbours'

/** From the bottom to the top. A folder stands for all that is in it. */
const LAYERS: readonly (readonly string[])[] = [
  ['bytes.ts', 'reduced-error.ts', 'timers.ts'],
  ['errors.ts', 'wait.ts'],
  ['duration.ts', 'clock.ts'],
  ['serializers', 'sql'],
  ['sealing', 'session', 'stores'],
  ['cookies'],
  ['persistence'],
  ['identity', 'previous', 'rails'],
  [WIRING],
  ['adapters', 'inspect'],
  ['cli', 'testing', 'index.ts'],
]

/** Packages that a folder may import. There is nothing else that users have to install with us. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  adapters: ['cookie', 'next/navigation.js', 'react'],
  cookies: ['cookie'],
  cli: ['commander'],
  testing: ['cookie'],
  rails: ['@msgpack/msgpack'],
}

/** What has neither crypto nor I/O, with the built-in modules that cannot do either. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  'bytes.ts': [],
  'reduced-error.ts': [],
  'timers.ts': [],
  'errors.ts': [],
  'duration.ts': [],
  'clock.ts': [],
  serializers: ['node:util'], // of a proxy only Node can tell that it is one
  session: [],
}

/** What only names types, so that importing it costs nothing. */
const TYPES_ONLY: ReadonlySet<string> = new Set(['src/register.ts'])

/** Every import that points up or aside, leaves its folder's allowance, or closes a cycle; none when all is well. */
export function findViolations(tree: Tree): string[] {
  const imports = importsOf(tree)
  const unplaced = [...tree.keys()].filter((path) => layerOf(path) < 0).map((path) => `${path} belongs to no layer`)
  return [...unplaced, ...imports.flatMap(judge), ...findCycles(imports)]
}

function judge(statement: Import): string[] {
  const { from, specifier, target, typeOnly } = statement
  const group = groupOf(from)
  if (TYPES_ONLY.has(from) && !typeOnly) return [`${arrow(statement)} (this file imports types only)`]
  if (target !== undefined) return pointsDown(from, target) ? [] : [arrow(statement)]
  if (specifier.startsWith('node:')) {
    const allowed = PURE[group]?.includes(specifier) ?? true
    return allowed ? [] : [`${arrow(statement)} (${group} does no crypto and no I/O)`]
  }
  if (typeOnly && new RegExp(`^src/adapters/${specifier}(?:-\\w+)?\\.ts$`).test(from)) return [] // its own framework
  return PACKAGES[group]?.includes(specifier) === true ? [] : [`${arrow(statement)} (not a package of ${group})`]
}

function pointsDown(from: string, to: string): boolean {
  const below = layerOf(to)
  return below >= 0 && (below < layerOf(from) || groupOf(from) === groupOf(to))
}

function layerOf(path: string): number {
  return LAYERS.findIndex((layer) => layer.includes(groupOf(path)))
}

/** The folder below `src`; or the file, where it is one of `src` itself that has a place of its own. */
function groupOf(path: string): string {
  const [, first = '', ...rest] = path.split('/')
  const isNamed = rest.length > 0 || LAYERS.some((layer) => layer.includes(first))
  return isNamed ? first : WIRING
}

/** Cycles between files, each told once, as `cycle: src/a.ts:1 -> src/b.ts:4 -> src/a.ts`. */
function findCycles(imports: readonly Import[]): string[] {
  const byFile = Map.groupBy(imports, ({ from }) => from)
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, trail: readonly Import[]): void => {
    const start = trail.findIndex(({ from }) => from === file)
    if (start >= 0) {
      cycles.push(
        `cycle: ${trail
          .slice(start)
          .map(({ from, line }) => `${from}:${line}`)
          .join(' -> ')} -> ${file}`,
      )
      return
    }
    if (done.has(file)) return
    for (const statement of byFile.get(file) ?? []) {
      if (statement.target !== undefined) visit(statement.target, [...trail, statement])
    }
    done.add(file)
  }
  for (const file of byFile.keys()) visit(file, [])
  return cycles
}
