import type { DatabaseSync } from 'node:sqlite'
import { SettingsError } from '../settings.ts'
import { reasonOf } from '../words/reason.ts'
import { openSqlite } from './open-sqlite.ts'

/** STRICT: SQLite keeps the declared types, so rows are what they say they are. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    is_admin INTEGER NOT NULL DEFAULT 0,
    access_revoked INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS plans (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    seat_cents INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    name TEXT NOT NULL,
    plan_id INTEGER NOT NULL REFERENCES plans,
    seats INTEGER NOT NULL CHECK (seats > 0),
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS invoices (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts,
    text TEXT NOT NULL,
    cents INTEGER NOT NULL,
    issued_on TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS copied_cookies (
    id INTEGER PRIMARY KEY,
    sealed TEXT NOT NULL,
    owner TEXT NOT NULL,
    copied_at INTEGER NOT NULL
  ) STRICT;
`

/** Opens the file, and creates it and its tables where they are missing. @throws SettingsError */
export function openDatabase(file: string): DatabaseSync {
  try {
    const database = openSqlite(file)
    database.exec(SCHEMA)
    return database
  } catch (cause) {
    throw new SettingsError(`Cannot use ${file} as the database: ${reasonOf(cause)}.`, { cause })
  }
}
