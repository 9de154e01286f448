/**
 * The kill campaign: for every marked point forty orders, some of them changed or cancelled on the way, while bridge, simulator or
 * storage server end with SIGKILL exactly there. In the end the simulators' own ledgers are compared with what was ordered.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openProduct } from '@lot-one/rules'
import type { BuildOrder } from '@lot-one/rules'
import { loadProducts } from '@lot-one/rules/files'
import { readLedger } from '../plc-sim/src/ledger.ts'
import type { LedgerRecord } from '../plc-sim/src/ledgerRecord.ts'
import { defaultStations } from '../plc-sim/src/stations.ts'
import { seeded } from './harness.ts'
import { bridgePoints, simPoints, startPoints, storagePoints } from './kills/points.ts'
import type { KillAt } from './kills/points.ts'
import { changeMaker, orderMaker } from './orders.ts'
import { judge } from './wavesJudge.ts'
import type { Verdict } from './wavesJudge.ts'
import { createView, unfinished } from './wavesReport.ts'
import { asksOperator, shop } from './wavesShopper.ts'
import type { Shopping, Wish } from './wavesShopper.ts'
import { bundleServers, startStack } from './wavesStack.ts'
import type { Stack, Victim } from './wavesStack.ts'

export interface KillOptions {
  /** Orders per point. */
  readonly orders: number
  /** How often a process ends at each point. */
  readonly kills: number
  readonly lines: number
  readonly faults: string
  readonly speed: number
  readonly seed: number
  /** Seconds for one point. */
  readonly timeout: number
  /** Only points whose name contains this, or one of several parts separated by `|`. */
  readonly only: string
  readonly keep: boolean
}

interface PointResult {
  readonly part: Victim
  readonly point: string
  readonly kills: number
  readonly orders: number
  readonly accepted: number
  readonly completed: number
  readonly cancelled: number
  readonly changed: number
  readonly seconds: number
}

export interface KillReport extends Pick<Verdict, 'lost' | 'doubled' | 'wrong'> {
  readonly settings: Readonly<Record<string, string | number>>
  readonly points: readonly PointResult[]
  readonly kills: Readonly<Record<Victim, number>>
  readonly operations: { readonly ordered: number; readonly built: number }
  readonly unfinished: readonly string[]
  readonly brokenPromises: readonly string[]
  /** Points no run came to: nothing was proven there. */
  readonly notReached: readonly string[]
  readonly bridgeCrashes: number
}

/** So few places that orders wait for one another: only those that wait can be changed or cancelled. */
const stations = JSON.stringify(defaultStations.map((station) => ({ ...station, slots: 3 })))
const wishing = { change: 0.25, cancel: 0.15 }

/** Runs the campaign; everything it started has ended when it resolves. */
export async function runKills(root: string, options: KillOptions): Promise<KillReport> {
  const view = createView(process.stderr)
  // Inside node_modules so that the bundles find their packages.
  const folder = await mkdtemp(join(root, 'node_modules/.kills-'))
  const at = new Date().toISOString().slice(0, 10)
  const { products, problems } = await loadProducts(join(root, 'rules/products'), {
    at,
    cacheDir: join(folder, 'rules'),
  })
  const loaded = products.find(({ package: { id } }) => id === 'fridge') ?? products[0]
  if (!loaded) throw new Error(problems.map(({ message }) => message).join('; '))
  const product = openProduct(loaded.package)
  const { lines, faults, speed } = options
  const over = new AbortController()
  const interrupt = () => over.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    const random = seeded(options.seed)
    const nextOrder = orderMaker(product, seeded(options.seed + 1))
    const nextChange = changeMaker(product, seeded(options.seed + 2))
    const shoppings: Shopping[] = []
    const points: PointResult[] = []
    const changes = new Map<string, BuildOrder['selection']>()
    const ledgers: LedgerRecord[][] = []
    let bridgeCrashes = 0
    const targets = targetsOf(options.only)
    const servers = await bundleServers(root, folder, true)
    for (const postgres of [false, true]) {
      const mine = targets.filter(({ part }) => (part === 'storage') === postgres)
      if (mine.length === 0 || over.signal.aborted) continue
      const stack = await startStack({
        root,
        servers,
        folder: join(folder, postgres ? 'postgres' : 'embedded'),
        lines,
        faults,
        speed,
        stations,
        seed: `kills-${options.seed}`,
        signal: over.signal,
        say: view.say,
        postgres,
      })
      try {
        for (const target of mine)
          // what no order of a round comes to, those of the next may
          for (let round = 1; round <= mostRounds && !(await runTarget(stack, target)); round++);
      } finally {
        await stack.stop()
      }
      ledgers.push(...stack.ledgerFiles.map(readLedger))
      bridgeCrashes += stack.ownDeaths.bridge
    }

    /** @returns whether the point was reached, or nothing more is to be done */
    async function runTarget(stack: Stack, target: Target): Promise<boolean> {
      if (over.signal.aborted) return true
      const orders = Array.from({ length: options.orders }, () => {
        const order = nextOrder()
        const chance = random()
        const selection = chance < wishing.change ? nextChange(order) : undefined
        if (selection) changes.set(order.orderId, selection)
        const wish: Wish | undefined = selection
          ? { do: 'change', selection }
          : chance > 1 - wishing.cancel
            ? { do: 'cancel' }
            : undefined
        return { order, wish }
      })
      const began = performance.now()
      const done = await runPoint(stack, target, orders, options, random, over.signal)
      shoppings.push(...done.shoppings)
      const count = (holds: (shopping: Shopping) => boolean) => done.shoppings.filter(holds).length
      const result: PointResult = {
        part: target.part,
        point: target.point,
        kills: done.reached.filter((point) => point === target.point).length,
        orders: orders.length,
        accepted: count(({ acceptedAfter }) => acceptedAfter !== undefined),
        completed: count(({ state }) => state === 'completed'),
        cancelled: count(({ state }) => state === 'cancelled'),
        changed: count(({ order, wished }) => wished === 'granted' && changes.has(order.orderId)),
        seconds: Math.round((performance.now() - began) / 100) / 10,
      }
      points.push(result)
      view.say(
        `${targets.indexOf(target) + 1}/${targets.length}  ${target.part}: ${target.point}  killed ${result.kills}  completed ${result.completed}  cancelled ${result.cancelled}  changed ${result.changed}  ${result.seconds} s`,
      )
      return result.kills > 0
    }
    const verdict = judge(
      { product, model: loaded.model, at },
      shoppings
        .filter(({ acceptedAfter }) => acceptedAfter !== undefined)
        .map((shopping) => {
          const changed = shopping.wished === 'granted' ? changes.get(shopping.order.orderId) : undefined
          return {
            order: shopping.order,
            mayBeIncomplete: asksOperator(shopping),
            cancelled: shopping.state === 'cancelled',
            ...(changed && { changed }),
          }
        }),
      new Map(shoppings.map(({ order }) => [order.orderId, order])),
      ledgers,
    )
    const { ordered, built, ...wrongs } = verdict
    const killed = (part: Victim) =>
      points.filter((each) => each.part === part).reduce((sum, each) => sum + each.kills, 0)
    return {
      settings: { orders: options.orders, kills: options.kills, lines, faults, speed, seed: options.seed },
      points,
      kills: { bridge: killed('bridge'), sim: killed('sim'), storage: killed('storage') },
      operations: { ordered, built },
      ...wrongs,
      unfinished: shoppings
        .filter((each) => each.state !== 'completed' && each.state !== 'cancelled')
        .map(unfinished),
      brokenPromises: shoppings.flatMap(({ order, wrongs: said }) =>
        said.map((what) => `${order.orderId}: ${what}`),
      ),
      notReached: targets
        .filter(
          (target) =>
            !points.some(
              (each) => each.point === target.point && each.part === target.part && each.kills > 0,
            ),
        )
        .map(({ part, point }) => `${part}: ${point}`),
      bridgeCrashes,
    }
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    if (options.keep) view.say(`Ledgers and logs are kept in ${folder}`)
    else await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** So often a point is tried that no order comes to. */
const mostRounds = 3

interface Target {
  readonly part: Victim
  readonly point: string
  /** Ends the part first, so that it comes to this point when it starts. */
  readonly first?: string
}

function targetsOf(only: string): Target[] {
  const all: Target[] = [
    ...bridgePoints.map((point) => ({ part: 'bridge' as const, point })),
    ...startPoints.map((point) => ({ part: 'bridge' as const, point, first: 'Store, answered' })),
    ...simPoints.map((point) => ({ part: 'sim' as const, point })),
    ...storagePoints.map((point) => ({ part: 'storage' as const, point })),
  ]
  return all.filter(({ part, point }) =>
    only.split('|').some((wanted) => `${part}: ${point}`.includes(wanted)),
  )
}

/** Points that few orders come to: the first one counts. */
const rare =
  /unknown|withdrawn|changing|changed|cancel|Cancel|Update|RevokeStart|updated|revoked|removed|response|open orders|all lists|list/

async function runPoint(
  stack: Stack,
  { part, point, first }: Target,
  orders: readonly { readonly order: BuildOrder; readonly wish: Wish | undefined }[],
  { timeout, kills, orders: count }: KillOptions,
  random: () => number,
  over: AbortSignal,
): Promise<{ readonly shoppings: readonly Shopping[]; readonly reached: readonly string[] }> {
  const most = Math.min(25, Math.ceil(count / 2))
  const skip = (limit: number) => Math.floor(random() * limit)
  const here = (): KillAt => ({ point, skip: skip(rare.test(point) ? 2 : most) })
  const before = first ? [{ point: first, skip: skip(most) }] : []
  stack.arm(part, [...before, ...Array.from({ length: kills }, here)])
  // Not AbortSignal.any over AbortSignal.timeout: Node 20 may collect that one before its time.
  const tooLate = new AbortController()
  const giveUp = () => tooLate.abort()
  const timer = setTimeout(giveUp, timeout * 1000)
  over.addEventListener('abort', giveUp)
  const { signal } = tooLate
  const shoppings = await Promise.all(
    orders.map(({ order, wish }) => shop(stack.url, order, signal, () => undefined, wish)),
  )
  clearTimeout(timer)
  over.removeEventListener('abort', giveUp)
  return { shoppings, reached: await stack.disarm(part) }
}

/** Whether the campaign proved what it is for: nothing missing, doubled or different, and every point was reached. */
export function isProof(report: KillReport): boolean {
  const { lost, doubled, wrong, unfinished: left, brokenPromises, notReached, bridgeCrashes } = report
  return (
    [lost, doubled, wrong, left, brokenPromises, notReached].every((list) => list.length === 0) &&
    bridgeCrashes === 0
  )
}

/** The report for a terminal. */
export function killsForTerminal(report: KillReport): string {
  const { points, kills, operations } = report
  const sum = (of: (point: PointResult) => number) => points.reduce((all, point) => all + of(point), 0)
  const list = (name: string, entries: readonly string[]) =>
    entries.length === 0 ? `${name}: 0` : [`${name}: ${entries.length}`, ...entries.slice(0, 20)].join('\n  ')
  return [
    '',
    Object.entries(report.settings)
      .map(([name, value]) => `--${name} ${value}`)
      .join(' '),
    `${new Set(points.map(({ part, point }) => `${part} ${point}`)).size} marked points, kill -9 of the bridge ${kills.bridge}, of the simulator ${kills.sim}, of the storage server ${kills.storage}`,
    `orders accepted ${sum(({ accepted }) => accepted)}, completed ${sum(({ completed }) => completed)}, cancelled ${sum(({ cancelled }) => cancelled)}, changed on the way ${sum(({ changed }) => changed)}`,
    `operations ordered ${operations.ordered}, built ${operations.built} (the simulators' own ledgers)`,
    list('missing', report.lost),
    list('doubled', report.doubled),
    list('different', report.wrong),
    list('unfinished', report.unfinished),
    list('broken promises', report.brokenPromises),
    list('points not reached', report.notReached),
    `bridge crashes: ${report.bridgeCrashes}`,
  ].join('\n')
}
