export { createCallRoutes } from './call-routes.ts'
export type * from './contract.ts'
export { type CallTrialPorts, createCallTrial } from './trial.ts'
export { createTrunks, type TrunkState, type Trunks } from './trunks.ts'
