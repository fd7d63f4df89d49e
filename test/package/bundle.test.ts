import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { reach, readTree, ROOT } from './import-graph.ts'
import { MODULES, sourceOf } from './package-json.ts'

/** What a bundler makes of a built file and all that it imports: minified, and without what nobody calls. */
function bundle(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-bundle-'))
  try {
    const config = join(folder, 'size-limit.json')
    const ignore = builtinModules.map((name) => `node:${name}`)
    writeFileSync(config, JSON.stringify([{ path: relative(folder, join(ROOT, file)), ignore }]))
    const out = join(folder, 'out')
    const bin = join(ROOT, 'node_modules/size-limit/bin.js')
    execFileSync(process.execPath, [bin, '--config', config, '--save-bundle', out, '--json'], {
      cwd: ROOT,
      stdio: 'pipe',
    })
    return readdirSync(out)
      .map((name) => readFileSync(join(out, name), 'utf8'))
      .join('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the bundle of the root entry', () => {
  let text = ''

  beforeAll(() => {
    text = bundle('dist/index.js')
  })

  test('is the library', () => {
    expect(text).toContain('aes-256-gcm')
    expect(text).toContain('ERR_COOKIE_OVERFLOW')
  })

  test.each(['pbkdf2', 'aes-256-cbc', 'cbc', 'marshal', 'secret_key_base', 'msgpack', 'MessagePack'])(
    'holds nothing of %s, which only Rails needs',
    (word) => {
      expect(text.toLowerCase()).not.toContain(word.toLowerCase())
    },
  )

  test.each(['redis', 'postgres', 'sqlite', 'CREATE TABLE', 'INSERT INTO'])('holds no store: nothing of %s', (word) => {
    expect(text.toLowerCase()).not.toContain(word.toLowerCase())
  })

  test.each(['commander', 'process.argv', 'process.stdin', 'writeHead', 'node:http'])(
    'holds no adapter and no command line: nothing of %s',
    (word) => {
      expect(text).not.toContain(word)
    },
  )
})

describe('what an entry imports at run time', () => {
  const source = readTree('src', ['.ts'])

  test('the root entry reaches these folders and these packages, and no others', () => {
    const { files, packages } = reach('src/index.ts', source)
    expect(folders(files)).toEqual(['cookies', 'persistence', 'sealing', 'serializers', 'session', 'stores'])
    expect(files.filter((file) => file.startsWith('src/stores/'))).toEqual(['src/stores/store.ts'])
    expect(packages).toEqual(['cookie', 'node:crypto', 'node:diagnostics_channel', 'node:util'])
  })

  test.each(MODULES.filter(([, file]) => file.startsWith('dist/adapters/')))(
    'the adapter %s brings itself alone: sessions come from the application',
    (subpath, file) => {
      const { files, packages } = reach(sourceOf(file), source)
      expect(folders(files)).toEqual(['adapters'])
      expect(packages).toEqual(PACKAGES_OF_NEXT[subpath] ?? [])
    },
  )

  test('coatcheck/rails brings the cookies, the serializers and MessagePack, and no sessions', () => {
    const { files, packages } = reach('src/rails/index.ts', source)
    expect(folders(files)).toEqual(['cookies', 'rails', 'sealing', 'serializers'])
    expect(packages).toEqual(['@msgpack/msgpack', 'cookie', 'node:crypto', 'node:fs', 'node:path', 'node:util'])
  })

  test('coatcheck/inspect brings sessions and Rails, because it says what they say, and no adapter', () => {
    const { files, packages } = reach('src/inspect/index.ts', source)
    expect(folders(files)).toEqual([
      'cookies',
      'inspect',
      'persistence',
      'rails',
      'sealing',
      'serializers',
      'session',
      'stores',
    ])
    expect(packages).toEqual(['@msgpack/msgpack', 'cookie', 'node:crypto', 'node:diagnostics_channel', 'node:util'])
  })

  test('coatcheck/identity brings sessions as they are in a request, and no database', () => {
    const { files, packages } = reach('src/identity/index.ts', source)
    expect(folders(files)).toEqual(['identity', 'serializers', 'session', 'stores'])
    // The contract of stores says how many questions may wait for one.
    expect(files.filter((file) => file.startsWith('src/stores/'))).toEqual(['src/stores/store.ts'])
    expect(packages).toEqual(['node:crypto', 'node:net', 'node:util'])
  })

  test.each([
    ['src/identity/sqlite.ts', []],
    ['src/identity/postgres.ts', ['node:crypto']],
  ])('%s brings its SQL alone', (file, builtins) => {
    const { files, packages } = reach(file, source)
    expect(folders(files).toSorted()).toEqual(['identity', 'identity/sql', 'sql'])
    expect(packages).toEqual(builtins)
  })

  test.each([
    ['src/stores/memory.ts', ['stores'], ['node:cluster']],
    ['src/persistence/index.ts', ['persistence', 'serializers', 'session', 'stores'], ['node:crypto', 'node:util']],
    ['src/stores/redis.ts', ['stores'], ['node:crypto']],
    ['src/stores/postgres.ts', ['sql', 'stores', 'stores/sql'], ['node:crypto']],
    ['src/stores/sqlite.ts', ['sql', 'stores', 'stores/sql'], []],
    [
      'src/previous/index.ts',
      ['cookies', 'persistence', 'previous', 'sealing', 'serializers', 'session'],
      ['cookie', 'node:crypto', 'node:util'],
    ],
    ['src/testing/index.ts', ['testing'], ['cookie', 'node:assert/strict', 'node:crypto']],
  ])('%s brings no session and no other store', (file, expected, builtins) => {
    const { files, packages } = reach(file, source)
    expect(folders(files).toSorted()).toEqual(expected)
    expect(packages).toEqual(builtins)
  })

  test('every subpath is one that a test above looks at', () => {
    const entries =
      /^dist\/(?:index|(?:rails|inspect|persistence|previous|testing)\/index|identity\/(?:index|sqlite|postgres)|stores\/\w+|adapters\/[\w-]+)\.js$/
    const looked = MODULES.filter(([, file]) => entries.test(file))
    expect(looked).toEqual(MODULES)
  })
})

const PACKAGES_OF_NEXT: Readonly<Record<string, readonly string[]>> = {
  // Next takes cookies apart and keeps no request, so that this one reads lines and follows calls.
  './next': ['cookie', 'node:async_hooks'],
  './next/flash': ['next/navigation.js', 'react'],
}

/** The folders of src that files are in, src itself aside. */
function folders(files: readonly string[]): string[] {
  return [...new Set(files.map((file) => file.split('/').slice(1, -1).join('/')).filter((folder) => folder !== ''))]
}
