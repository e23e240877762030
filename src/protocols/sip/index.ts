export * from './contract.ts'
export * from './message.ts'
