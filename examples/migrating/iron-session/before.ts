import express, { type Request, type Response } from 'express'
import { getIronSession, type IronSession } from 'iron-session'

interface BillingSession {
  userId: number
}

const ironSession = (req: Request, res: Response): Promise<IronSession<BillingSession>> =>
  getIronSession<BillingSession>(req, res, { cookieName: 'billing', password: process.env.SESSION_PASSWORD! })

const app = express()

app.get('/', async (req, res) => {
  const session = await ironSession(req, res)
  res.send(session.userId === undefined ? 'Signed out' : `User ${session.userId}`)
})

app.post('/sign-in', async (req, res) => {
  const session = await ironSession(req, res)
  session.userId = 7 // whom your check of the password found
  await session.save()
  res.redirect(303, '/')
})

app.post('/sign-out', async (req, res) => {
  const session = await ironSession(req, res)
  session.destroy()
  res.redirect(303, '/')
})

app.listen(3000)
