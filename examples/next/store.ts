import { sqliteStore } from 'coatcheck/sqlite'
import { database } from './database'

/** None: sessions live in the cookie. With SESSION_STORE=sqlite they live in a table, and the cookie carries a ticket. */
export const store = process.env['SESSION_STORE'] === 'sqlite' ? sqliteStore(database) : undefined
