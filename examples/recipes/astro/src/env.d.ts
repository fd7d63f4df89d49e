declare namespace App {
  interface Locals {
    session: import('coatcheck').Session<{ accountId: number }>
  }
}
