import type { APIRoute } from 'astro'

export const POST: APIRoute = ({ locals: { session }, redirect }) => {
  session.destroy()
  return redirect('/', 303)
}
