export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
}

export interface Account {
  readonly id: number
  readonly name: string
}

const USERS: readonly User[] = [{ id: 7, name: 'Ada', email: 'ada@example.com' }]

const ACCOUNTS: readonly Account[] = [
  { id: 1, name: 'Analytical Engines' },
  { id: 2, name: 'Difference & Sons' },
]

/** For this example everybody has the same password. */
const PASSWORD = 'correct horse'

export function findUser(id: number): User | undefined {
  return USERS.find((user) => user.id === id)
}

export function userByPassword(email: unknown, password: unknown): User | undefined {
  return password === PASSWORD ? USERS.find((user) => user.email === email) : undefined
}

export function accounts(): readonly Account[] {
  return ACCOUNTS
}

export function findAccount(id: number): Account | undefined {
  return ACCOUNTS.find((account) => account.id === id)
}
