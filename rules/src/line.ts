/** The contracts of `/api/lines`: line controllers as the bridge sees them, and what staff may ask of them. */
import * as z from 'zod/mini'
import { JobState, OrderState } from './order.ts'

const instant = z.iso.datetime({ offset: true })

/**
 * `connecting`: no session yet · `resyncing`: session is up, state is being read · `online` · `degraded`: works, but something
 * is off (clock far away, a station missing) · `stopped`: needs a person (certificate not trusted, wrong password).
 */
export const LinkState = z.enum(['connecting', 'resyncing', 'online', 'degraded', 'stopped'])
export type LinkState = z.infer<typeof LinkState>

/**
 * What keeps a link from being simply online. A page has words and a next step for each; the sentence beside it is for logs.
 *
 * `silent`: nobody answers · `lost`: the connection broke · `busy`: no free session · `reading`: its state could not be read ·
 * `certificateUnknown`: a person must compare and trust it · `certificateUnusable`: no decision helps · `bridgeUnknown`: the line
 * does not trust us · `user`: user or password refused · `security`: no endpoint of the wanted security · `folder`: our own
 * certificate folder · `clock`: far from ours · `noStation`: nothing to hand over to · `station`: one of them cannot be used ·
 * `mapping`: the lines file names what is not there · `noEvents`: polled instead · `jobList`: a station's list has entries nobody
 * can understand · `elsewhere`: another bridge has the line
 */
export const LinkCause = z.enum([
  'silent',
  'lost',
  'busy',
  'reading',
  'certificateUnknown',
  'certificateUnusable',
  'bridgeUnknown',
  'user',
  'security',
  'folder',
  'clock',
  'noStation',
  'station',
  'mapping',
  'noEvents',
  'jobList',
  'elsewhere',
])
export type LinkCause = z.infer<typeof LinkCause>

export const LinkProblem = z.object({
  cause: LinkCause,
  /** One English sentence with names, values and the next step. */
  detail: z.string(),
})
export type LinkProblem = z.infer<typeof LinkProblem>

export const CertificateView = z.object({
  /** SHA-256 over the DER bytes: 64 lower-case hex digits. */
  sha256: z.string(),
  /** SHA-1 thumbprint as OPC UA tools show it: 40 lower-case hex digits. */
  thumbprint: z.string(),
  subject: z.string(),
  issuer: z.string(),
  validFrom: instant,
  validTo: instant,
  /** `waiting`: a person must decide · `unusable`: no decision helps. */
  trust: z.enum(['trusted', 'waiting', 'unusable']),
  /** SHA-256 of the certificate this line was last connected with, where it is another one. */
  replaces: z.optional(z.string()),
})
export type CertificateView = z.infer<typeof CertificateView>

/** One way to connect that the line offers. */
export const EndpointView = z.object({
  policy: z.string(),
  mode: z.string(),
  /** Kinds of users it takes: Anonymous, UserName, Certificate, IssuedToken. */
  users: z.array(z.string()),
  /** The bridge uses this one. */
  used: z.boolean(),
})
export type EndpointView = z.infer<typeof EndpointView>

/** What was found out about a line. */
export const LineAbilities = z.object({
  /** Product and software version as the server names itself. */
  software: z.optional(z.string()),
  /** It sends status events; otherwise its lists are polled. */
  events: z.boolean(),
  /** Operation limits as the server states them; absent: it states none. */
  nodesPerRead: z.optional(z.int()),
  nodesPerBrowse: z.optional(z.int()),
  nodesPerMethodCall: z.optional(z.int()),
  /** Since when it was seen to take finished jobs off its list by itself (OPC 10031-4 allows it). */
  clearsByItself: z.optional(instant),
  /** Since when it was seen to have lost jobs that were not finished. */
  forgetsItsList: z.optional(instant),
})
export type LineAbilities = z.infer<typeof LineAbilities>

export const StationView = z.object({
  station: z.string(),
  name: z.string(),
  workMasters: z.array(z.string()),
  /** Materials its job orders may name; empty: any. */
  materials: z.array(z.string()),
  /** 0: the line does not say. */
  maxJobOrders: z.int(),
  /** Job orders in its list; `jobs` shows at most 50 of them, those that have begun first. */
  listed: z.int(),
  jobs: z.array(
    z.object({
      jobOrderId: z.string(),
      jobState: JobState,
      /** When the line says this became so. */
      since: z.optional(instant),
    }),
  ),
  /** State of the machine itself, as its state machine names it. */
  unitState: z.optional(z.string()),
})
export type StationView = z.infer<typeof StationView>

/** An order on a line. */
export const QueuedOrder = z.object({
  orderId: z.string(),
  title: z.record(z.string(), z.string()),
  state: OrderState,
  /** Station that works on it, or the next one. */
  station: z.optional(z.string()),
  promisedAt: z.optional(instant),
})
export type QueuedOrder = z.infer<typeof QueuedOrder>

/** Something only a person can settle. */
export const LineAlarm = z.object({
  /**
   * `inDoubt`: the station no longer knows a job order it may have begun, and an answer is awaited · `conflict`: it holds other
   * content under our id · `stopped`: production of the order has stopped.
   */
  kind: z.enum(['inDoubt', 'conflict', 'stopped']),
  orderId: z.string(),
  jobOrderId: z.optional(z.string()),
  station: z.optional(z.string()),
  since: z.optional(instant),
  /** One English sentence. */
  detail: z.string(),
})
export type LineAlarm = z.infer<typeof LineAlarm>

export const LineView = z.object({
  id: z.string(),
  endpoint: z.string(),
  link: z.object({
    state: LinkState,
    /** One English sentence; the details of `problems` in one. */
    reason: z.optional(z.string()),
    since: instant,
    /** SHA-1 thumbprint of the line's certificate as OPC UA tools show it. */
    fingerprint: z.optional(z.string()),
    problems: z.optional(z.array(LinkProblem)),
  }),
  certificate: z.optional(CertificateView),
  /** What the line offered when it was last asked. */
  endpoints: z.array(EndpointView),
  /** The line's clock minus the bridge's. */
  clockDifferenceMs: z.optional(z.int()),
  abilities: z.optional(LineAbilities),
  /** The bridge that works the line, where several share a database. */
  bridge: z.optional(z.string()),
  /** Staff may hold a line: it gets nothing new, what runs goes on. */
  held: z.boolean(),
  stations: z.array(StationView),
  /** Orders assigned to this line and not finished. */
  queue: z.int(),
  /** The first 50 of them in the order in which they will be ready. */
  orders: z.array(QueuedOrder),
  alarms: z.array(LineAlarm),
})
export type LineView = z.infer<typeof LineView>

export const TrustRequest = z.strictObject({
  /** SHA-256 of the certificate that was looked at, with or without colons and spaces. */
  sha256: z.string().check(z.maxLength(200)),
})

export const DoubtAnswer = z.strictObject({
  jobOrderId: z.string().check(z.maxLength(200)),
  /** What the person found at the station. */
  built: z.boolean(),
})

/** One row of the append-only record of what was done to a line. */
export const AuditView = z.object({
  position: z.int(),
  at: instant,
  method: z.string(),
  jobOrderId: z.optional(z.string()),
  user: z.string(),
  /** SHA-1 thumbprint of the certificate it was done with; empty on an unsecured link and for what staff do here. */
  thumbprint: z.string(),
  result: z.string(),
})
export type AuditView = z.infer<typeof AuditView>

/** One value that would be written, and where it comes from. */
export const DryRunField = z.object({
  /** Path within ISA95JobOrderDataType: `JobOrderParameters[Program].Value`. */
  path: z.string(),
  /** OPC UA built-in type. */
  type: z.string(),
  value: z.string(),
  /**
   * `order`: id, product and rules of the order · `rules`: the product's rule file · `shopper`: a text of hers · `standard`: fixed
   * by OPC 40001-3 for every unit · `content`: SHA-256 over all the others
   */
  origin: z.enum(['order', 'rules', 'shopper', 'standard', 'content']),
  /** Where exactly, as in `fridge.yaml:120:9`; absent where there is no finer place. */
  place: z.optional(z.string()),
})
export type DryRunField = z.infer<typeof DryRunField>

/** What handing an order to a line would write, without sending anything. */
export const DryRun = z.object({
  orderId: z.string(),
  lineId: z.string(),
  /** Why this line would not get it now; absent when it could. */
  obstacle: z.optional(z.string()),
  jobOrders: z.array(
    z.object({
      jobOrderId: z.string(),
      op: z.int(),
      /** Name in the routing. */
      station: z.string(),
      /** Machine item that was found for it; absent when the line has none. */
      machine: z.optional(z.string()),
      method: z.string(),
      fields: z.array(DryRunField),
    }),
  ),
})
export type DryRun = z.infer<typeof DryRun>
