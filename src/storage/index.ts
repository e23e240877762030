export { StoreFailure, type StoreFault } from './faults.ts'
export { type OpenedStore, openStore, type StoreOptions } from './store.ts'
