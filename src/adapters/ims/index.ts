export { createIms, type ImsPorts } from './ims.ts'
export { createRing, type RingPorts } from './ring.ts'
