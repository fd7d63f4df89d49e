/** The users that are there from the first start. Their passwords stand on the sign-in page: this is a demo. */
export const DEMO_USERS = [
  {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    password: 'analytical-engine',
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
    accounts: [
      { name: 'Compiler Works', planId: 3, seats: 25 },
      { name: 'Moth & Relay', planId: 1, seats: 2 },
    ],
  },
] as const // as const: so that the list is readable only
