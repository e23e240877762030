import type { MobileSim } from '../mobile/sim-card.ts'
import type { GoipFirmware } from './quirks.ts'

export type KeepaliveFacts = {
  count: number
  id: string
  password: string
  number: string
  sim: MobileSim
  registered: boolean
  /** IDLE, CONNECTED:number, … */
  call: string
  remainMinutes: number
  cell: string
  smsLogin: boolean
}

/** `req:…`: three fields in the oldest firmware, seven by the manual, the rest is newer. */
export const printKeepalive = (firmware: GoipFirmware, facts: KeepaliveFacts): string => {
  const { count, id, password, number, sim, registered } = facts
  const proof = `req:${count};id:${id};pass:${password};`
  if (firmware === 3) return proof
  const gsm = registered ? 'LOGIN' : 'LOGOUT'
  const manual = `${proof}num:${number};signal:${registered ? 24 : 99};gsm_status:${gsm};voip_status:LOGOUT;`
  if (firmware === 7) return manual
  return (
    `${manual}voip_state:${facts.call};remain_time:${facts.remainMinutes};imei:${sim.imei};imsi:${sim.imsi};` +
    `iccid:${sim.iccid};pro:${sim.operator};idle:3;disable_status:0;SMS_LOGIN:${facts.smsLogin ? 'Y' : 'N'};` +
    `SMB_LOGIN:;CELLINFO:LAC:1A2B,CELL ID:${facts.cell};CGATT:Y;`
  )
}
