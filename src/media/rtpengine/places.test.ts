import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaces } from './places.ts'

const aTown = () => {
  const told: string[] = []
  return { told, places: createPlaces((web) => void told.push(web)) }
}

test('a browser begins anew where it goes to another call, and not within its own', () => {
  const { told, places } = aTown()
  places.begin('a', { call: '1', side: 'caller' })
  places.begin('a', { call: '2', side: 'caller' })
  places.move('a', { call: '1', side: 'caller' })
  assert.deepEqual(told, [])
  places.move('a', { call: '2', side: 'callee' })
  assert.deepEqual([told, places.of('a')], [['a'], { call: '2', side: 'callee' }])
})

test('to the house and back it begins anew, within the house it does not', () => {
  const { told, places } = aTown()
  places.house('echo', { callerWeb: 'a' })
  places.house('box', { callerWeb: 'a' })
  places.moveHere('echo', 'caller')
  places.moveHere('box', 'caller')
  assert.deepEqual([told, places.of('a')], [[], undefined])
  places.move('a', { call: '1', side: 'caller' })
  places.moveHere('box', 'caller')
  assert.deepEqual(told, ['a', 'a'])
  places.leaveCall('box')
  assert.deepEqual([places.isHoused('echo'), places.isHoused('box')], [true, false])
})

test('who was offered to here is called here, until it speaks elsewhere or is gone', () => {
  const { places } = aTown()
  places.ask('a')
  places.ask('b')
  assert.equal(places.wasAsked('a'), true)
  places.move('a', { call: '1', side: 'callee' })
  places.leave('b')
  assert.deepEqual([places.wasAsked('a'), places.wasAsked('b')], [false, false])
})
