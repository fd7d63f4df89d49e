import Link from 'next/link'
import { signOut, switchAccount } from '../actions'
import { currentUser } from '@/identity'
import { sessions } from '@/sessions'
import { accounts, findAccount } from '@/users'

export default async function Dashboard() {
  const user = await currentUser()
  const { accountId = 0 } = await sessions.read()
  return (
    <main>
      <h1>{user.name}</h1>
      <p id="account">{findAccount(accountId)?.name ?? 'No account'}</p>
      {accounts().map(({ id, name }) => (
        <form action={switchAccount} key={id}>
          <button name="account" value={id}>
            {name}
          </button>
        </form>
      ))}
      <form action={signOut}>
        <button>Sign out</button>
      </form>
      <Link href="/traps">Traps</Link>
    </main>
  )
}
