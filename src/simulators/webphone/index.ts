export { createWebClient, type Heard, type WebClient, type WebClientPorts } from './client.ts'
