import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { postgresPrograms, shippedPackage } from './postgres-binary.ts'

test('PostgreSQL starts from a checkout that only its owner can enter, as root too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-private-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  expect(statSync(folder).mode & 0o077).toBe(0)
  cpSync(shippedPackage(), folder, { recursive: true, verbatimSymlinks: true })

  const { initdb, postgres, user, temporary } = postgresPrograms(folder)

  for (const program of [initdb, postgres]) {
    expect(execFileSync(program, ['--version'], { cwd: temporary, encoding: 'utf8', ...user })).toContain('PostgreSQL')
  }
})
