export { createWebClient, type Heard, type WebClient, type WebClientPorts } from './client.ts'
export { runWeb, type WebCommandPorts } from './command.ts'
export { webOptions } from './options.ts'
