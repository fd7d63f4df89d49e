/** The users that are there from the first start. Their passwords stand on the sign-in page: this is a demo. */
export const DEMO_USERS = [
  {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    password: 'analytical-engine',
    isAdmin: false,
    accounts: [
      { name: 'Analytical Engines Ltd', planId: 2, seats: 12 },
      { name: 'Byron Estates', planId: 1, seats: 3 },
      { name: 'Countess Consulting', planId: 3, seats: 40 },
    ],
  },
  {
    name: 'Grace Hopper',
    email: 'grace@example.com',
    password: 'nanosecond-wire',
    isAdmin: false,
    accounts: [
      { name: 'Compiler Works', planId: 3, seats: 25 },
      { name: 'Moth & Relay', planId: 1, seats: 2 },
    ],
  },
  {
    name: 'Margaret Hamilton',
    email: 'margaret@example.com',
    password: 'priority-displays',
    isAdmin: true,
    accounts: [{ name: 'Guidance Software', planId: 2, seats: 8 }],
  },
] as const // as const: so that the list is readable only
