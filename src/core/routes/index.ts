export { createDestinations, type Destination, type Destinations, isRouteQueue } from './destinations.ts'
export { type AddressPlan, createAddressPlan } from './plan.ts'
export { createRouteTable, type Parcel, type RoutePlan, type RouteTable, type Stage } from './table.ts'
export { createMessageTrial, linesOf, type Trial, type TrialTarget } from './trial.ts'
