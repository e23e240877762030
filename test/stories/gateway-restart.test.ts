import { describe } from 'node:test'
import { tellRestart } from '../support/gateway-restart.ts'

/** The other pairs are in test/faults/gateway-restart.test.ts. */
describe('a restart while texts are in the hands of a simulated gateway', { concurrency: true }, () => {
  tellRestart('Ejoin', 'kill9')
  tellRestart('GoIP', 'stop')
})
