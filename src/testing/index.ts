export { storeContract } from './store-contract.ts'
export type { OpenStore, StoreContractCase } from './store-contract.ts'
