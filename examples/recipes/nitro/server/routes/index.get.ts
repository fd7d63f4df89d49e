import { defineHandler } from 'nitro'
import { sessions } from '../sessions.ts'

export default defineHandler((event) => {
  const { accountId, flash } = sessions.of(event.req)
  return accountId === undefined ? 'Signed out' : `Account ${accountId}. ${flash.notice ?? ''}`
})
