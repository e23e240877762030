export { createIms, type ImsPorts } from './ims.ts'
export { contactHeader, createFlowChoice, ownUri, sameContact } from './paths.ts'
export { createRing, type RingPorts } from './ring.ts'
export { createStamp } from './stamp.ts'
