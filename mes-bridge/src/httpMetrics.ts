/** Counts requests and measures how long they take. */
import type { RequestHandler } from 'express'
import { LinkState } from '@lot-one/rules'
import type { LineView } from '@lot-one/rules'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

interface LineGauge {
  readonly name: string
  readonly help: string
  /** A label besides the line's id. */
  readonly label?: string
  values(line: LineView): readonly (readonly [value: number, labels?: Readonly<Record<string, string>>])[]
}

const seconds = (instant: string): number => Date.parse(instant) / 1000

const lineGauges: readonly LineGauge[] = [
  {
    name: 'lot_one_line_online',
    help: '1 while a line has a session and all its state was read',
    label: 'state',
    values: ({ link: { state } }) => [[state === 'online' ? 1 : 0, { state }]],
  },
  {
    name: 'lot_one_line_state',
    help: `1 for the state a line is in, 0 for the others: ${LinkState.options.join(', ')}`,
    label: 'state',
    values: ({ link }) => LinkState.options.map((state) => [state === link.state ? 1 : 0, { state }]),
  },
  {
    name: 'lot_one_line_state_since_seconds',
    help: 'When a line came into its state, Unix time',
    values: ({ link }) => [[seconds(link.since)]],
  },
  {
    name: 'lot_one_line_held',
    help: '1 while staff hold a line',
    values: ({ held }) => [[held ? 1 : 0]],
  },
  {
    name: 'lot_one_line_queue',
    help: 'Orders assigned to a line and not finished',
    values: ({ queue }) => [[queue]],
  },
  {
    name: 'lot_one_line_alarms',
    help: 'What waits for a person at a line',
    values: ({ alarms }) => [[alarms.length]],
  },
  {
    name: 'lot_one_line_clock_difference_seconds',
    help: 'Clock of the line minus clock of the bridge',
    values: ({ clockDifferenceMs }) => (clockDifferenceMs === undefined ? [] : [[clockDifferenceMs / 1000]]),
  },
  {
    name: 'lot_one_line_certificate_expires_seconds',
    help: 'Until when the certificate of a line is valid, Unix time',
    values: ({ certificate }) => (certificate ? [[seconds(certificate.validTo)]] : []),
  },
]

/** Makes the registry of a bridge: the process itself and its lines; http adds its own. */
export function createMetrics(lines: () => readonly LineView[]): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauges = lineGauges.map(({ name, help, label }, index) => {
    const labelNames = label === undefined ? ['line'] : ['line', label]
    // one look at the lines serves all: a registry asks its metrics in the order in which they were made
    return new Gauge({ name, help, labelNames, registers, ...(index === 0 && { collect }) })
  })
  function collect(): void {
    const now = lines()
    for (const [index, { values }] of lineGauges.entries()) {
      const gauge = gauges[index]
      gauge?.reset()
      for (const line of now)
        for (const [value, labels] of values(line)) gauge?.set({ line: line.id, ...labels }, value)
    }
  }
  return registry
}

/** Makes the handler that stands before all routes; labels are the route's pattern, never a path with ids. */
export function measure(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'lot_one_http_request_seconds',
    help: 'Time from the request line to the end of the answer; streams are left out',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return (request, response, next) => {
    const started = performance.now()
    response.once('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'other'
      if (route.endsWith('/events')) return
      seconds.observe(
        { method: request.method, route, status: response.statusCode },
        (performance.now() - started) / 1000,
      )
    })
    next()
  }
}

/** Counts what became of posted orders. */
export function orderCounter(registry: Registry): Counter<'outcome'> {
  return new Counter({
    name: 'lot_one_orders_total',
    help: 'Posted orders by outcome: accepted, known, or the token of the problem',
    labelNames: ['outcome'],
    registers: [registry],
  })
}
