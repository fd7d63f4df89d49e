import { sqliteRegistry } from 'coatcheck/identity/sqlite'
import { sqliteStore } from 'coatcheck/sqlite'
import { database } from './database'

export async function makeTables(): Promise<void> {
  await sqliteRegistry(database).migrate()
  await sqliteStore(database).migrate()
}
