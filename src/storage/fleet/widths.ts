/** Places that each record takes in a batch. */
export const FLEET_WIDTHS = {
  sims: 15,
  recipients: 3,
  marks: 4,
  parked: 3,
  unparked: 1,
  gatewayEvents: 4,
  tasks: 4,
  deviceCalls: 4,
}
