export { createGoip, type Goip, type GoipFigures } from './goip.ts'
export type { GoipPorts, LineSettings, WaitPoll } from './ports.ts'
