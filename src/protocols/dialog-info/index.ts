export * from './dialog-info.ts'
export * from './parse.ts'
export * from './print.ts'
