import type { StationConfig } from '../src/stationConfig.ts'

/** A station for tests; what matters to a test is said by the test. */
export function station(given: Partial<StationConfig> = {}): StationConfig {
  return {
    id: 'paint',
    displayName: 'Paint',
    workMasters: ['paint'],
    slots: 2,
    defaultDurationMs: 1000,
    maxDownloadableJobOrders: 100,
    ...given,
  }
}

// OPC 10031-4 V2 §6.2.1, written down a second time from the specification's text: method -> state -> next state.
export const N = 1
export const A = 2
export const R = 3
export const I = 4
export const E = 5
export const X = 6
/** No longer in the list. */
export const gone = 0
export const nextState: Readonly<Record<string, Readonly<Partial<Record<number, number>>>>> = {
  Start: { [N]: A },
  RevokeStart: { [A]: N },
  Update: { [N]: N, [A]: A },
  Pause: { [R]: I },
  Resume: { [I]: R },
  Stop: { [R]: E, [I]: E },
  Abort: { [N]: X, [A]: X, [R]: X, [I]: X },
  Cancel: { [N]: gone, [A]: gone },
  Clear: { [E]: gone, [X]: gone },
}
