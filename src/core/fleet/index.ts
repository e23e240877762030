export * from './contract.ts'
export { createFleet, type FleetPorts } from './fleet.ts'
export type { SimRules } from './lines.ts'
export type { KeptSim, SimStore } from './sims.ts'
