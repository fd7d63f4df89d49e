import { z } from 'zod'
import { connection } from './connection.ts'

const planRow = z.object({ id: z.number(), name: z.string(), summary: z.string(), seatCents: z.number() })

type Plan = z.infer<typeof planRow>

const COLUMNS = 'id, name, summary, seat_cents AS seatCents'
const byId = connection.prepare(`SELECT ${COLUMNS} FROM plans WHERE id = ?`)
const all = connection.prepare(`SELECT ${COLUMNS} FROM plans ORDER BY id`)

export function findPlan(id: number): Plan | undefined {
  return planRow.optional().parse(byId.get(id))
}

export function allPlans(): Plan[] {
  return planRow.array().parse(all.all())
}
