export { createGoip, type Goip } from './goip.ts'
export type { GoipPorts, LineSettings, WaitPoll } from './ports.ts'
