export * from './message-summary.ts'
