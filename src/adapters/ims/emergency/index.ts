export { type AlternativeAction, alternativeBody, alternativeService } from './alternative.ts'
export { type AlternativePlan, emergencyParty, nobody } from './caller.ts'
export { answerAnonymous, isAnonymous } from './register.ts'
export { createServiceOf } from './service.ts'
