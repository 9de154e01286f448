/** The contract of `GET /api/lines`: one line controller as the bridge sees it. */
import * as z from 'zod/mini'
import { JobState } from './order.ts'

/**
 * `connecting`: no session yet · `resyncing`: session is up, state is being read · `online` · `degraded`: works, but something
 * is off (clock far away, a station missing) · `stopped`: needs a person (certificate not trusted, wrong password).
 */
export const LinkState = z.enum(['connecting', 'resyncing', 'online', 'degraded', 'stopped'])
export type LinkState = z.infer<typeof LinkState>

export const StationView = z.object({
  station: z.string(),
  name: z.string(),
  workMasters: z.array(z.string()),
  maxJobOrders: z.int(),
  jobs: z.array(z.object({ jobOrderId: z.string(), jobState: JobState })),
  unitState: z.optional(z.string()),
})
export type StationView = z.infer<typeof StationView>

export const LineView = z.object({
  id: z.string(),
  endpoint: z.string(),
  link: z.object({
    state: LinkState,
    reason: z.optional(z.string()),
    since: z.iso.datetime({ offset: true }),
    /** SHA-1 thumbprint of the line's certificate as OPC UA tools show it. */
    fingerprint: z.optional(z.string()),
  }),
  /** Staff may hold a line: it gets nothing new, what runs goes on. */
  held: z.boolean(),
  stations: z.array(StationView),
  /** Orders assigned to this line and not finished. */
  queue: z.int(),
})
export type LineView = z.infer<typeof LineView>
