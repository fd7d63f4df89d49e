import type { Session } from 'coatcheck'

declare global {
  namespace App {
    interface Locals {
      session: Session<{ accountId: number }>
    }
  }
}
