export type { PhoneDialog, PhoneDialogEnd } from './dialogs-of-call.ts'
export { createLamps, LAMPS, type Lamp, type LampState, type Lamps, type Watcher } from './lamps.ts'
