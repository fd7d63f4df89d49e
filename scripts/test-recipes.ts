import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { installLocked } from '../test/package/pack.ts'
import { folderOf, RECIPES, scriptsOf, type Recipe } from '../test/recipes/recipes.ts'
import { startRecipe } from '../test/recipes/server.ts'
import { startSlowService } from '../test/recipes/slow-service.ts'
import { walk } from '../test/recipes/walk.ts'

/**
 * Installs projects of `examples/recipes` with the coatcheck that is built here, checks their types, builds them, and walks a
 * browser through each, and through its server for development. Run by `npm run test:recipes`: the quick ones, with `--all` every one, or those that are named.
 */
const { values, positionals: names } = parseArgs({ options: { all: { type: 'boolean' } }, allowPositionals: true })
const unknown = names.filter((name) => RECIPES.every((recipe) => recipe.name !== name))
if (unknown.length > 0) throw new Error(`There is no recipe ${unknown.join(', ')}.`)
const isChosen = ({ name, isQuick }: Recipe): boolean =>
  names.length === 0 ? isQuick || values.all === true : names.includes(name)
const chosen = RECIPES.filter(isChosen)

const failed: string[] = []
for (const recipe of chosen) {
  const began = performance.now()
  // oxlint-disable-next-line no-await-in-loop -- one after the other: each keeps the machine busy
  const failure = await prove(recipe).catch((error: unknown) => error)
  if (failure !== undefined) failed.push(recipe.name)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${failure === undefined ? 'ok    ' : 'FAILED'} ${recipe.name} (${seconds} s)`)
  if (failure !== undefined) console.error(failure)
}
const left = RECIPES.filter((recipe) => !isChosen(recipe)).map(({ name }) => name)
if (left.length > 0) console.log(`Not walked: ${left.join(', ')}. With --all they are.`)
console.log(`test:recipes: ${chosen.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1

async function prove(recipe: Recipe): Promise<undefined> {
  const cwd = folderOf(recipe)
  installLocked(cwd)
  runScript(cwd, 'typecheck')
  if ('build' in scriptsOf(recipe)) runScript(cwd, 'build')
  await walkOn(recipe, 'start')
  if ('dev' in scriptsOf(recipe)) await walkOn(recipe, 'dev')
}

async function walkOn(recipe: Recipe, script: 'start' | 'dev'): Promise<void> {
  const slow = await startSlowService()
  try {
    const server = await startRecipe(recipe, script, slow.url)
    await walk(recipe, server, slow).finally(() => server.stop())
  } finally {
    slow.stop()
  }
}

/** @throws an error with all that the script printed where it fails */
function runScript(cwd: string, script: string): void {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', script], {
    cwd,
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`npm run ${script} ended with ${status}:\n${stdout}${stderr}`)
}
