/** Limits and quirks per controller family, as data with source and date. */

/** How a line controller wants to be treated. */
export interface LineProfile {
  readonly family: string
  /** Mutating calls on their way at once. More only adds latency: the line works them off one after the other. */
  readonly callsInFlight: number
  /** After this long an unanswered call counts as unanswered; its fate is found out by reading. */
  readonly callDeadlineMs: number
  readonly publishingIntervalMs: number
  /** The line sends OPC 10031-4 status events; otherwise its lists are polled at `pollMs`. */
  readonly events: boolean
  readonly pollMs: number
  /** A subscription over which nothing came for so long, not even a keep-alive, is lost; at least four keep-alives. */
  readonly silenceMs: number
  readonly source: string
  readonly date: string
}

/** For any controller that keeps to the standard. One that was measured to need something else gets its own. */
export const standardProfile: LineProfile = {
  family: 'standard',
  callsInFlight: 16,
  callDeadlineMs: 5_000,
  publishingIntervalMs: 50,
  events: true,
  pollMs: 15_000,
  silenceMs: 4_000,
  source: 'OPC 10031-4 V2 and OPC 40001-3; figures measured with node-opcua 2.182.2 and open62541',
  date: '2026-11-21',
}
