export { createMoving, type Far } from './moving.ts'
