export type * from './contract.ts'
export * from './record.ts'
