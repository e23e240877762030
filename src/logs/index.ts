export { type LogSettings, parseLogOptions } from './options.ts'
export type { LogFilter, LogItem, LogPage } from './ring.ts'
export { createLogSink, type LogSink, type LogSinkOptions } from './sink.ts'
