export { recordElsewhere } from './elsewhere.ts'
export { createMoving, type Far } from './moving.ts'
export { personAt } from './sitting.ts'
