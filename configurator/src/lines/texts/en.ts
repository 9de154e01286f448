/** What the line desk says. Loaded with the page of the lines only. */
import type { LineAlarm, LinkCause, LinkState } from '@lot-one/rules'

type Advice = { readonly title: string; readonly next: string }

const causes: Record<LinkCause, Advice> = {
  silent: {
    title: 'The line does not answer.',
    next: 'Check its power, its network and the address. The bridge keeps trying; nothing is sent twice.',
  },
  lost: {
    title: 'The connection was lost.',
    next: 'The bridge is connecting again by itself. What is on the line goes on; nothing is sent twice.',
  },
  busy: {
    title: 'The line has no free session.',
    next: 'Close other clients of the line, or allow more sessions on it. The bridge keeps trying.',
  },
  reading: {
    title: 'The state of the line could not be read.',
    next: 'The bridge tries again by itself. If this stays, the details below say what is missing.',
  },
  certificateUnknown: {
    title: 'Nobody has trusted the certificate of this line yet.',
    next: 'Compare the fingerprint with the one the line shows on its own screen. If it is the same, trust it.',
  },
  certificateUnusable: {
    title: 'The certificate of this line cannot be used.',
    next: 'No decision here helps: give the line a valid certificate. The bridge looks again by itself.',
  },
  bridgeUnknown: {
    title: 'The line does not trust this bridge.',
    next: 'Trust the certificate of the bridge on the line. Its fingerprint stands in the details below.',
  },
  user: {
    title: 'The line refuses the user or the password.',
    next: 'Correct user and passwordEnv of this line in the lines file, then start the bridge again.',
  },
  security: {
    title: 'The line does not offer the wanted security.',
    next: 'Write one of the connections below into the lines file, or switch the wanted one on at the line.',
  },
  folder: {
    title: 'The bridge cannot use its own certificate folder.',
    next: 'Make the folder named in the details readable and writable for the bridge.',
  },
  clock: {
    title: 'The clock of the line is off.',
    next: 'Let the line and this machine take their time from the same server. Times that shoppers see come from the line.',
  },
  noStation: {
    title: 'No station was found on this line.',
    next: 'The controller must offer ISA-95 Job Control V2 (a JobManagement or an ISA95JobOrderReceiver).',
  },
  station: {
    title: 'A station of this line cannot be used.',
    next: 'The details say what it lacks. Orders that need it go to other lines.',
  },
  mapping: {
    title: 'The lines file names something this line does not have.',
    next: 'Correct “stations” of this line in the lines file, then start the bridge again.',
  },
  noEvents: {
    title: 'The line sends no status events.',
    next: 'It is read once a second instead. Everything works; shoppers see progress a little later.',
  },
  jobList: {
    title: 'A station lists job orders that nobody can understand.',
    next: 'Correct or remove them at the station. Other job orders go on; what depends on these waits.',
  },
  elsewhere: {
    title: 'No bridge has this line in hand at the moment.',
    next: 'Another one takes it over by itself within seconds.',
  },
}

const states: Record<LinkState, string> = {
  connecting: 'Not connected',
  resyncing: 'Reading its state',
  online: 'Online',
  degraded: 'Working, something is off',
  stopped: 'Needs a decision',
}

const alarms: Record<LineAlarm['kind'], Advice> = {
  inDoubt: {
    title: 'Was this built?',
    next: 'The station no longer knows this job order, which it may have begun. Look at the unit at the station, then answer.',
  },
  conflict: {
    title: 'The station holds other content under this number.',
    next: 'Compare both on the station’s own screen. Nothing is sent until one of them is gone.',
  },
  stopped: {
    title: 'Production of this order has stopped.',
    next: 'Look at the unit, then cancel the order or let it be started again at the line.',
  },
}

export const en = {
  title: 'Line desk',
  brand: 'Lot One',
  language: 'Language',
  skip: 'Skip to the lines',

  lockTitle: 'Line desk',
  lockLead: 'For the people who run the lines. The staff token was printed at the first start of the bridge.',
  token: 'Staff token',
  tokenHint: 'It is kept in this tab until you close it or lock the desk.',
  unlock: 'Open the desk',
  unlocking: 'Opening …',
  tokenMissing: 'Please enter the staff token.',
  tokenWrong:
    'This is not the staff token of this bridge. It stands in the file “staff-token” of the data folder.',
  tokenUnanswered: 'The bridge does not answer. Your token was not checked; please try again.',
  lock: 'Lock',

  live: 'Live',
  connecting: 'Connecting …',
  lost: (time: string) => `No connection to the bridge. What you see is from ${time}; trying again.`,
  offline: (time: string) => `This device is offline. What you see is from ${time}.`,
  loading: 'Loading the lines …',
  noLines: 'No line is configured',
  noLinesLead:
    'Write a lines file with the address of your line and start the bridge with LOT_ONE_LINES. Orders are taken and wait for it.',
  noLinesExample: 'lines:\n  - endpoint: opc.tcp://192.168.1.20:4840',
  summary: (lines: number, working: number, people: number) =>
    `${lines === 1 ? '1 line' : `${lines} lines`}, ${working} working${people > 0 ? `, ${people} ${people === 1 ? 'needs' : 'need'} you` : ''}`,

  states,
  causes,
  alarms,
  newCertificate: 'This line shows another certificate than the last time.',
  newCertificateNext:
    'Ask whether the controller was exchanged or got a new certificate. Compare the fingerprint with the one on its screen; trust it only if it is the same.',
  since: (time: string, duration: string) => `since ${time} (${duration})`,
  heldBadge: 'On hold',
  heldLead: 'Gets no new orders. What is on it goes on.',
  details: 'What exactly happened',

  hold: 'Hold',
  resume: 'Let it go on',
  holdAsk: (line: string) => `Hold ${line}?`,
  holdExplain: (orders: number) =>
    `It gets no new orders from now on. ${orders === 0 ? 'Nothing is on it.' : orders === 1 ? 'The order on it is finished.' : `The ${orders} orders on it are finished.`} New orders go to other lines; if there is none, shoppers are told that they wait.`,
  holdYes: 'Hold the line',
  resumeAsk: (line: string) => `Let ${line} go on?`,
  resumeExplain: 'It takes new orders again at once, those that wait first.',
  resumeYes: 'Let it go on',
  no: 'Leave it as it is',
  close: 'Close',

  trust: 'Trust this certificate and connect',
  trusting: 'Connecting …',
  certificate: 'Certificate',
  fingerprint: 'Fingerprint (SHA-256)',
  replaces: 'Before (SHA-256)',
  thumbprint: 'Thumbprint (SHA-1)',
  subject: 'Issued to',
  issuer: 'Issued by',
  selfSigned: 'itself (self-signed)',
  validity: 'Valid',
  validFromTo: (from: string, to: string) => `${from} to ${to}`,
  expired: 'expired',
  expiresIn: (days: number) => (days === 1 ? 'ends tomorrow' : `ends in ${days} days`),
  trustState: { trusted: 'trusted', waiting: 'waits for you', unusable: 'cannot be used' },

  endpoint: 'Address',
  endpoints: 'Connections it offers',
  endpointUsed: 'used',
  users: {
    Anonymous: 'anyone',
    UserName: 'user and password',
    Certificate: 'user certificate',
    IssuedToken: 'token',
  } as Record<string, string>,
  clock: 'Clock',
  clockSame: 'same time as the bridge',
  clockOff: (amount: string, ahead: boolean) => `${amount} ${ahead ? 'ahead of' : 'behind'} the bridge`,
  software: 'Controller',
  events: 'Progress',
  eventsYes: 'by status events',
  eventsNo: 'read once a second',
  limits: 'At once',
  limitOf: (read: string, browse: string, call: string) =>
    `reads ${read} · browses ${browse} · calls ${call}`,
  noLimit: 'no limit',
  clears: 'Finished jobs',
  clearsYes: (time: string) => `it clears them by itself (seen ${time})`,
  clearsNo: 'stay until the bridge has stored them',
  forgets: 'Its list',
  forgetsYes: (time: string) =>
    `was lost once (${time}): after a restart it may have to be asked what was built`,
  forgetsNo: 'never seen to be lost',
  about: 'About this line',
  ownedBy: 'Worked by',

  stations: 'Stations',
  lastSeen: 'as last seen',
  noStations: 'Known as soon as the line has been reached.',
  station: 'Station',
  machine: 'Machine',
  /** States of a machine (OPC 40001-1 §12); others are shown as the machine names them. */
  units: {
    NotAvailable: 'not available',
    OutOfService: 'out of service',
    NotExecuting: 'idle',
    Executing: 'working',
  } as Record<string, string>,
  now: 'Working on',
  idle: 'nothing',
  listed: 'Job orders',
  listedOf: (listed: string, most: string) => `${listed} of ${most}`,
  more: (n: number) => `and ${n} more`,
  job: {
    NotAllowedToStart: 'stored',
    AllowedToStart: 'may start',
    Running: 'running',
    Interrupted: 'paused',
    Ended: 'done',
    Aborted: 'aborted',
  },

  queue: 'Orders on this line',
  noQueue: 'No order is on this line.',
  orderAt: (station: string) => `at ${station}`,
  orderBefore: (station: string) => `before ${station}`,
  readyAt: 'Ready',
  order: 'Order',
  dryRun: 'Values',

  needsYou: 'Needs a person',
  wasBuilt: 'It was built',
  wasNotBuilt: 'It was not built',
  builtAsk: 'The unit was built at this station?',
  builtExplain: 'The order goes on with the next station.',
  notBuiltAsk: 'The unit was not built at this station?',
  notBuiltExplain:
    'The job order is handed over again. If it was built after all, it would be built a second time.',
  unit: 'Job order',

  dryRunTitle: 'What would be written',
  ownPicture: 'The shopper’s own picture, in full',
  dryRunLead: 'Exactly as it would leave the bridge. Nothing is sent.',
  dryRunObstacle: (why: string) => `It would not get this order now: ${why}.`,
  noMachine: 'not on this line',
  field: 'Field',
  value: 'Value',
  origin: 'From',
  origins: {
    order: 'the order',
    rules: 'the rule file',
    shopper: 'the shopper’s words',
    standard: 'fixed for every unit',
    content: 'all values above (SHA-256)',
  },

  audit: 'Record of calls',
  auditLead: 'Every call to this line and every decision here. It can only be added to.',
  noAudit: 'Nothing has been called yet.',
  auditWhen: 'When',
  auditWhat: 'What',
  auditWho: 'Who',
  auditResult: 'Result',
  auditCertificate: 'with certificate',
  older: 'Older entries',
  refresh: 'Load again',

  failed: {
    offline: 'This device is offline. Nothing was changed.',
    silent: 'The bridge has not answered. Look at the line before you try again.',
    busy: 'The bridge is busy or cannot store anything. Nothing was changed.',
  },
  refused: (detail: string) => `Not done: ${detail}`,
}

/** The keys every language has. */
export type LineMessages = typeof en
