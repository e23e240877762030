import { describe } from 'node:test'
import { tellRestart } from '../support/gateway-restart.ts'

describe('a restart while texts are in the hands of a simulated gateway', { concurrency: true }, () => {
  tellRestart('Ejoin by API 3', 'kill9')
  tellRestart('GoIP', 'kill9')
  tellRestart('Ejoin', 'stop')
})
