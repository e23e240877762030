import type { Share } from './bulk.ts'
import type { GoipDevice, GoipOptions, GoipPorts } from './contract.ts'
import { createGoipLine } from './line.ts'

/** A simulated GoIP. It forgets everything when it is switched off, as the real one does. */
export const createGoipDevice = (ports: GoipPorts, { lines: setups, manner }: GoipOptions): GoipDevice => {
  const { timers, openSocket } = ports
  const share: Share = { sessions: 0 }
  const reboot = (): void => {
    // The answer to the command leaves before the power does.
    timers.after(100, () => {
      device.unplug()
      timers.after(manner.rebootMs, () => void device.plug())
    })
  }
  const lines = setups.map((setup) => createGoipLine({ ...ports, share, manner, reboot }, setup))
  const byId = new Map(lines.map((line) => [line.id, line]))
  let on = false

  const device: GoipDevice = {
    lines,
    line: (id) => byId.get(id),
    async plug() {
      if (on) return
      on = true
      // Channels come up one after the other, so that a device of many does not speak all at once.
      const apartMs = Math.min(100, manner.keepaliveMs / lines.length)
      const sockets = await Promise.all(lines.map(openSocket))
      for (const [index, socket] of sockets.entries()) {
        if (on) lines[index]?.start(socket, index * apartMs)
        else socket.close()
      }
    },
    unplug() {
      on = false
      for (const line of lines) line.stop()
    },
    get on() {
      return on
    },
  }
  return device
}
