import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAIN, addExpired, coatcheck, countSessions, DATABASES, newSession, start, type CliDatabase } from './world.ts'

const DAY = 86_400_000

describe.each(DATABASES)('coatcheck sweep on %s', (_, open) => {
  let database: CliDatabase

  beforeAll(async () => {
    database = await open()
    await database.registry.migrate()
  })

  afterAll(() => database.close())

  test('deletes in batches until one is short, and prints a line for each where no terminal is', async () => {
    await addExpired(database, 25)
    const { status, stdout, stderr } = await coatcheck(['sweep', '--batch', '10', ...database.args], database)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.replaceAll(`${database.prefix}user_sessions`, 'TABLE')).toMatch(
      /^TABLE: batch 1: 10 deleted, 10 in all\nTABLE: batch 2: 10 deleted, 20 in all\nTABLE: batch 3: 5 deleted, 25 in all\nTABLE: 25 records deleted in 3 batches, \d+\.\d s\.\n$/,
    )
    expect(await countSessions(database)).toBe(0)
  })

  test('--json prints a line of JSON for each batch and one for all', async () => {
    await addExpired(database, 3)
    const { status, stdout } = await coatcheck(['sweep', '--batch', '2', '--json', ...database.args], database)
    expect(status).toBe(0)
    const elapsed = expect.any(Number) as number
    const table = `${database.prefix}user_sessions`
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { table, batch: 1, count: 2, deleted: 2, elapsed },
      { table, batch: 2, count: 1, deleted: 3, elapsed },
      { table, total: true, batches: 2, deleted: 3, elapsed, stoppedBy: null },
    ])
  })

  test('keeps what is alive, and what ended or expired within --keep', async () => {
    const { registry, args } = database
    const now = Date.now()
    const insert = async (id: string, expiredDaysAgo: number, endedDaysAgo?: number): Promise<void> => {
      await registry.insert(newSession('kept', now, { id, idleExpiresAt: now - expiredDaysAgo * DAY }), {
        maximum: 100,
      })
      if (endedDaysAgo !== undefined) await registry.end(id, { at: now - endedDaysAgo * DAY, because: 'sign-out' })
    }
    await insert('alive', -1)
    await insert('expired 8 days ago', 8)
    await insert('expired 6 days ago', 6)
    await insert('ended 8 days ago', -1, 8)
    await insert('ended 6 days ago', -1, 6)
    const remaining = async (): Promise<string[]> => {
      const rows = await database.sql(`SELECT id FROM ${database.prefix}user_sessions ORDER BY id`)
      return rows.map(({ id }) => String(id))
    }
    await coatcheck(['sweep', ...args], database)
    expect(await remaining()).toEqual(['alive', 'ended 6 days ago', 'expired 6 days ago'])
    await coatcheck(['sweep', '--keep', '5d', ...args], database)
    expect(await remaining()).toEqual(['alive'])
    await database.sql(`DELETE FROM ${database.prefix}user_sessions`)
  })

  test('lets people sign in meanwhile, and ends none of them', async () => {
    const { args, registry } = database
    await addExpired(database, 5000)
    const sweep = start([process.execPath, MAIN, 'sweep', '--batch', '50', ...args], database)
    await sweep.firstLine
    const ended = sweep.ended.then(() => true)
    let isOver = false
    let signIns = 0
    let slowest = 0
    const began = performance.now()
    // Not without end: whoever never lets go of SQLite's lock keeps everybody else from it.
    while (!isOver && signIns < 200) {
      const begin = performance.now()
      const inserted = await registry.insert(newSession(`visitor ${signIns}`, Date.now()), { maximum: 1 })
      slowest = Math.max(slowest, performance.now() - begin)
      expect(inserted.ok).toBe(true)
      signIns += 1
      isOver = await Promise.race([ended, new Promise<false>((resolve) => setImmediate(resolve, false))])
    }
    expect(await sweep.ended).toMatchObject({ status: 0, stderr: '' })
    expect(signIns).toBeGreaterThan(20)
    expect(slowest).toBeLessThan((performance.now() - began) / 2)
    expect(await countSessions(database)).toBe(signIns)
    await database.sql(`DELETE FROM ${database.prefix}user_sessions`)
  })

  test('sweeps sessions in a store, too, where their table is there, and says which table it is at', async () => {
    const fresh = database.fresh()
    const { args, env, prefix, registry, store } = fresh
    const now = Math.floor(Date.now() / 1000)
    const insert = (id: string, expiresAt: number): Promise<boolean> =>
      store.insert(id, { created: 1, slid: 1, expiresAt, entries: new Map() }, 1)
    const sweep = async (): Promise<string[]> => {
      const { status, stdout, stderr } = await coatcheck(['sweep', ...args], { env })
      expect([status, stderr]).toEqual([0, ''])
      return stdout.split('\n').filter((line) => line.includes('batch 1:'))
    }
    await store.migrate()
    for (const [id, expiresAt] of [
      ['long ago', 2],
      ['just now', now],
      ['alive', now + 3600],
    ] as const)
      await insert(id, expiresAt)
    expect(await sweep()).toEqual([`${prefix}sessions: batch 1: 2 deleted, 2 in all`])
    expect(await store.find('alive')).toBeDefined()

    await registry.migrate()
    await insert('long ago', 2)
    await addExpired(fresh, 3)
    expect(await sweep()).toEqual([
      `${prefix}user_sessions: batch 1: 3 deleted, 3 in all`,
      `${prefix}sessions: batch 1: 1 deleted, 1 in all`,
    ])
  })

  test('two sweeps at once delete each record once', async () => {
    await addExpired(database, 2000)
    const args = ['sweep', '--batch', '100', '--json', ...database.args]
    const outcomes = await Promise.all([coatcheck(args, database), coatcheck(args, database)])
    expect(outcomes.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ])
    const deleted = outcomes.map(({ stdout }) => /"deleted":(\d+),"elapsed":\d+,"stoppedBy":null/.exec(stdout)?.[1])
    expect(deleted.reduce((sum, count) => sum + Number(count), 0)).toBe(2000)
    expect(await countSessions(database)).toBe(0)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it after a batch, with what was done, and with %d', async (signal, code) => {
    await addExpired(database, 20_000)
    const sweep = start([process.execPath, MAIN, 'sweep', '--batch', '10', ...database.args], database)
    await sweep.firstLine
    sweep.kill(signal)
    const { status, stdout, stderr } = await sweep.ended
    expect([status, stderr]).toEqual([code, ''])
    const [, deleted, batches] =
      new RegExp(
        `: (\\d+) records deleted in (\\d+) batch(?:es)?, \\d+\\.\\d s; stopped by ${signal}, the next run goes on\\.\\n$`,
      ).exec(stdout) ?? []
    expect(Number(deleted)).toBe(Number(batches) * 10)
    expect(await countSessions(database)).toBe(20_000 - Number(deleted))
    expect(Number(deleted)).toBeLessThan(20_000)
    await database.sql(`DELETE FROM ${database.prefix}user_sessions`)
  })

  test('whoever has read enough may go, as head does', async () => {
    await addExpired(database, 2000)
    const sweep = [process.execPath, MAIN, 'sweep', '--batch', '10', ...database.args].map((word) => `'${word}'`)
    const { stdout, stderr } = await start(['sh', '-c', `${sweep.join(' ')} | head -n 1`], database).ended
    expect([stdout, stderr]).toEqual([`${database.prefix}user_sessions: batch 1: 10 deleted, 10 in all\n`, ''])
    await database.sql(`DELETE FROM ${database.prefix}user_sessions`)
  })

  test('a database that fails is told by what was done before, one line on standard error and exit code 3', async () => {
    const { registry, prefix } = database.fresh()
    expect(registry.schema).toContain(prefix)
    const { status, stdout, stderr } = await coatcheck(['sweep', ...database.args, '--prefix', prefix], database)
    expect(status).toBe(3)
    expect(stdout).toBe(
      `${prefix}user_sessions: 0 records deleted in 0 batches, 0.0 s; stopped by an error, the next run goes on.\n`,
    )
    expect(stderr).toContain('our tables are not there')
  })
})

test('on a real terminal it draws one line again and again', async () => {
  const [, open] = DATABASES[0] ?? []
  const database = await open?.()
  if (database === undefined) throw new Error('there is no database')
  await database.registry.migrate()
  await addExpired(database, 25)
  const command = [process.execPath, MAIN, 'sweep', '--batch', '10', ...database.args]
  const line = command.map((word) => `'${word}'`).join(' ')
  // script of util-linux, and of macOS.
  const onTerminal = process.platform === 'darwin' ? ['-q', '/dev/null', ...command] : ['-qec', line, '/dev/null']
  const { status, stdout } = await start(['script', ...onTerminal], { env: { TERM: 'xterm' } }).ended
  await database.close()
  expect(status).toBe(0)
  expect(stdout).not.toContain('batch 1:')
  const drawn = stdout.replaceAll('\r\n', '\n').replaceAll('\u001b[K', '|').split('\r').slice(-5)
  expect(stdout.split('\r')[0]).toBe(`${database.prefix}user_sessions`)
  expect(drawn).toEqual([
    '[<=>                 ] |',
    expect.stringMatching(/^\[ *<=> *\] 10 records deleted, \d+ a second\|$/),
    expect.stringMatching(/^\[ *<=> *\] 20 records deleted, \d+ a second\|$/),
    expect.stringMatching(/^\[ *<=> *\] 25 records deleted, \d+ a second\|$/),
    expect.stringMatching(/^\[={20}\] 25 records deleted in 3 batches, \d+\.\d s\.\|\n$/),
  ])
})

test.each<[string, string[], RegExp]>([
  ['no number', ['--batch', 'many'], /ERR_OPTIONS: --batch is "many", expected a whole number from 1 to 100000/],
  ['no record at all', ['--batch', '0'], /--batch is "0"/],
  ['more than a batch should have', ['--batch', '100001'], /--batch is "100001"/],
  ['a time without its unit', ['--keep', '7'], /ERR_OPTIONS: --keep is "7", expected a number with a unit/],
])('a wrong call exits with 2 and says why: %s', async (_, args, message) => {
  const { status, stdout, stderr } = await coatcheck(['sweep', '--database', 'sqlite:nowhere.db', ...args])
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
})
