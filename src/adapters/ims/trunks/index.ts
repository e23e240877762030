export { trunkCallerOf } from './callers.ts'
export { NUMBER_FORMATS, type NumberFormat, type TrunkLine } from './line.ts'
export {
  createTrunkRegistration,
  type RegistrationPorts,
  type TrunkRegistration,
} from './registration.ts'
export { createTrunkRing, type TrunkRingPorts } from './ring.ts'
