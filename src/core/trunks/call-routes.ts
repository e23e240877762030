import type { AddressPlan } from '../routes/plan.ts'
import { createRouteTable } from '../routes/table.ts'
import type { CallRoutes } from '../routing.ts'
import type { CallPlan } from './plans.ts'

/** The routes of calls, as routing asks for them. */
export const createCallRoutes = (
  plans: CallPlan[],
  addresses: AddressPlan,
  wallMs: () => number,
): CallRoutes => {
  const table = createRouteTable(plans, addresses, 'call')
  return ({ user, context }, from, near) => {
    const to = context?.startsWith('+') ? addresses.normal(user, context) : user
    const found = table.find({ to, from, atMs: wallMs(), ...(near !== undefined && { near }) })
    if (!found) return undefined
    if (found.denied) return { kind: 'refused', refused: { why: 'forbidden' } }
    return { kind: 'plan', plan: found.plan }
  }
}
