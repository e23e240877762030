export { type AlternativeAction, alternativeBody, alternativeService } from './alternative.ts'
export { type AlternativePlan, emergencyParty, nobody } from './caller.ts'
export { createServiceOf } from './service.ts'
