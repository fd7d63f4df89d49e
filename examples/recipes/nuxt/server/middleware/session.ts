import { session } from 'coatcheck/node'
import { sessions } from '../sessions'

export default defineEventHandler(async (event) => {
  await fromNodeMiddleware((request, response, next) => void session(sessions, () => next())(request, response))(event)
  event.context.session = sessions.of(event.node.req)
})
