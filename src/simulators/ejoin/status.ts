import type { EjoinManner } from './contract.ts'
import type { EjoinPort } from './port.ts'
import { portName } from './print.ts'

/** A port as the manual's 4.1 tells it; which families are in it is what the three control switches decide. */
export const portStatus = (
  port: EjoinPort,
  manner: EjoinManner,
  slot = port.slot,
): Record<string, unknown> => {
  const { switches, quirks } = manner
  const active = slot === port.slot
  const card = port.cards[slot - 1]
  const st = active ? port.st : card ? 1 : 0
  const up = st === 3 || st === 4
  const { texts, minutes } = port.count
  const controlled = (names: string[], used: number): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, `${active ? used : 0}/-1`]))
  return {
    ...{
      port: portName(port.index, slot, quirks),
      sim: '',
      seq: ++port.count.seq,
      st,
      active: active ? 1 : 0,
    },
    ...{ imei: port.cards[0]?.imei ?? '', imsi: card?.imsi ?? '', iccid: card?.iccid ?? '' },
    ...{ sn: card?.number.replace(/^\+/, '') ?? '', opr: up ? `00101 ${card?.operator}` : '0' },
    ...{ bal: '4.20', sig: up ? 24 : 0 },
    ...(switches.has('call-control') && controlled(['tot_dur', 'mon_dur', 'day_dur'], minutes)),
    ...(switches.has('sms-control') && controlled(['smsctl_tot', 'smsctl_mon', 'smsctl_day'], texts)),
    ...(switches.has('traffic-control') && { dataflow_tot: '0.5', dataflow_day: '0.1', dataflow_url: '' }),
  }
}

/** The periodic report, 4.2. */
export const deviceStatus = (
  ports: readonly EjoinPort[],
  { seq, mac, allSlots }: { seq: number; mac: string; allSlots: boolean },
  manner: EjoinManner,
): Record<string, unknown> => ({
  ...{ type: 'dev-status', seq, mac, ip: '192.0.2.9', ver: '900-T' },
  expires: manner.quirks.has('milliseconds') ? manner.intervalMs : Math.ceil(manner.intervalMs / 1000),
  'max-ports': ports.length,
  'max-slots': Math.max(...ports.map(({ cards }) => cards.length)),
  status: ports.flatMap((port) =>
    allSlots ? port.cards.map((_, index) => portStatus(port, manner, index + 1)) : [portStatus(port, manner)],
  ),
})
