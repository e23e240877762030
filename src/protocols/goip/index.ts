export * from './causes.ts'
export * from './from-device.ts'
export * from './from-server.ts'
export * from './print.ts'
