import type { Findings } from './check.ts'
import type { RootSettings } from './schema-root.ts'
import type { EjoinDevice } from './settings.ts'
import { type ObjectValue, placeIn, quoted } from './value.ts'

/** Below the one a secret is guessed, from the other on it is not. */
const [SHORTEST_SECRET, SHORT_SECRET] = [8, 16]

const octetsOf = (mac: string): string => mac.replace(/[-:]/g, '').toLowerCase()

/** A device is known by the path that it posts to: nobody may guess it, and no other device may have it. */
export const checkEjoin = ({ ejoin, admin }: RootSettings, root: ObjectValue, check: Findings): void => {
  const devices: readonly Partial<EjoinDevice>[] = ejoin?.devices ?? []
  const macs = devices.map(({ mac = '' }) => octetsOf(mac))
  devices.forEach(({ secret, mac = '', push, report_url }, index) => {
    const placeOf = (member: string) => placeIn(root, ['ejoin', 'devices', index, member])
    const pathOf = (member: string): string => `ejoin.devices[${index}].${member}`
    const problem = (member: string, message: string): void =>
      check.problem(placeOf(member), pathOf(member), message)
    const warn = (member: string, message: string): void =>
      check.warn(placeOf(member), pathOf(member), message)

    const twin = macs.indexOf(octetsOf(mac))
    if (mac !== '' && twin < index)
      problem('mac', `${quoted(mac)} is also the MAC of ejoin.devices[${twin}]: each device has its own`)
    // One that was refused is missing here.
    if (secret === undefined) return
    if (devices.findIndex((other) => other.secret === secret) < index)
      problem('secret', 'is also that of another device')
    const right = `${SHORT_SECRET} letters and digits are hard to guess`
    if (secret.length < SHORTEST_SECRET)
      problem('secret', `${secret.length} characters, ${SHORTEST_SECRET} are the least: ${right}`)
    else if (secret.length < SHORT_SECRET) warn('secret', `is short: ${right}`)
    if (push && report_url === '' && !admin?.public_url)
      warn('push', 'does nothing without report_url or admin.public_url')
  })
  if (devices.length > 0 && !admin)
    check.warn(
      placeIn(root, ['ejoin']),
      'ejoin.devices',
      'post to the web server of "admin", which is not there',
    )
}
