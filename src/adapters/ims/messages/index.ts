export { ACCEPTED } from './content.ts'
export { createDeliveries, type Deliveries } from './deliveries.ts'
export type { IncomingTextPorts, TextPorts, TextSettings } from './ports.ts'
export { createTexts } from './texts.ts'
