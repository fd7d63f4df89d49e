import { readSettings } from '../settings.ts'
import { openDatabase } from './database.ts'

/** This worker's own connection. */
export const connection = openDatabase(readSettings(process.env).database)
