export { createDialogEvent } from './dialog-event.ts'
export type { EventPackage } from './event-package.ts'
export { createRegEvent } from './reg-event.ts'
export { createSubscribe, type Subscribe } from './subscribe.ts'
