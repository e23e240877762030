import { err, ok, type Result } from '#lib/result'
import type { Candidates } from '../ports.ts'
import type { Command } from './command.ts'

/** What an operator may do beyond looking; the house hands it in. */
export type OperationPorts = {
  candidates?: Candidates
  /** Removes the binding of this contact URI; false when it is not bound. */
  deregister(contact: string): boolean
  /** Ends the call of this id; false when there is none. */
  hangUp(id: string): boolean
  /** Source addresses that are not answered now. */
  blocked(): string[]
  /** False when nothing was held against the address. */
  unblock(address: string): boolean
  /** Makes a new password of the console and gives it in clear; the error says why the old one stays. */
  renewPassword(): Promise<Result<string, string>>
}

type Act = { usage: string; what: string; missing: string; done(name: string): Result<string, string> }

/** A command that acts on the one thing named behind it. */
const acting = ({ usage, what, missing, done }: Act): Command['run'] => {
  return (rest) => (rest === '' ? err(`${what} is needed: ${usage}. ${missing}`) : done(rest))
}

export const createOperations = (ports: OperationPorts): Command[] => [
  {
    name: 'unregister',
    usage: '<contact URI>',
    summary: 'Removes the registration of a phone.',
    detail: '"users NAME" shows the contact URIs. The phone may register again by itself.',
    complete: (words) => (words.length === 0 ? (ports.candidates?.contacts() ?? []) : []),
    run: acting({
      usage: 'unregister <contact URI>',
      what: 'the contact',
      missing: '"users NAME" shows it',
      done: (contact) =>
        ports.deregister(contact)
          ? ok(`${contact} is no longer registered`)
          : err(`nobody is registered at ${contact}: "users NAME" shows contacts`),
    }),
  },
  {
    name: 'hangup',
    usage: '<call id>',
    summary: 'Ends a call.',
    detail: '"calls" shows the ids. Both sides are told.',
    complete: (words) => (words.length === 0 ? (ports.candidates?.calls() ?? []) : []),
    run: acting({
      usage: 'hangup <call id>',
      what: 'the id of the call',
      missing: '"calls" shows it',
      done: (id) => (ports.hangUp(id) ? ok(`call ${id} has ended`) : err(`no call ${id}: "calls" shows ids`)),
    }),
  },
  {
    name: 'blocked',
    usage: '',
    summary: 'Lists addresses that are not answered now.',
    detail:
      'They failed too often to prove who they are; "security" in the configuration says how often and for how long.',
    run: () => {
      const all = ports.blocked()
      return ok(all.length === 0 ? 'no address is blocked' : all.join('\n'))
    },
  },
  {
    name: 'unblock',
    usage: '<address>',
    summary: 'Answers an address again.',
    detail: '"blocked" shows the addresses. Their failures are forgotten.',
    complete: (words) => (words.length === 0 ? ports.blocked() : []),
    run: acting({
      usage: 'unblock <address>',
      what: 'the address',
      missing: '"blocked" shows it',
      done: (address) =>
        ports.unblock(address)
          ? ok(`${address} is answered again`)
          : err(`nothing is held against ${address}: "blocked" shows addresses`),
    }),
  },
  {
    name: 'password',
    usage: '',
    summary: 'Makes a new admin password.',
    detail:
      'It is shown once, and whoever is logged in is logged out. To choose one yourself: POST /api/v1/password, see docs/rest.md.',
    run: async () => {
      const made = await ports.renewPassword()
      return made.ok ? ok(`The admin password is now ${made.value}`) : made
    },
  },
]
