export { StoreFailure, type StoreFault } from './faults.ts'
export { createSoundFiles } from './sounds/files.ts'
export { type OpenedStore, openStore, type StoreOptions } from './store.ts'
