export * from './digest-aka.ts'
export { gsmAnswer, gsmSresCut } from './gsm.ts'
export { createMilenage, opcOf } from './milenage.ts'
export { type SimSecrets, secretsFault } from './secrets.ts'
export { createSim, type Sim, type SimAnswer, type Vector } from './sim.ts'
export {
  createFreshness,
  DELTA,
  type Freshness,
  type FreshnessOptions,
  IND_BITS,
  nextSqn,
  sqnFromBytes,
} from './sqn.ts'
export { createTuak, topcOf } from './tuak.ts'
