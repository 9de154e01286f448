/**
 * A sample of the kill campaign (`npm run waves -- --campaign kills` does all points with forty orders each): the real bridge,
 * the real simulator and the real storage server, each a process of its own, end by SIGKILL exactly at a marked point while orders are built, changed and
 * cancelled over HTTP. What was ordered is compared with the simulator's own ledger.
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runKills } from '../../bench/killMatrix.ts'
import { postgresMissing } from './postgresServer.ts'

const points = [
  'bridge: hand-over assigned, written',
  'bridge: Start, answered',
  'bridge: open orders, read',
  'sim: started, written',
  ...(postgresMissing || process.env['TEST_DATABASE_URL'] ? [] : ['storage: fact Running, being written']),
]

test('no unit is missing, doubled or different', { timeout: 600_000 }, async () => {
  const report = await runKills(fileURLToPath(new URL('../..', import.meta.url)), {
    orders: 8,
    kills: 1,
    lines: 1,
    faults: 'loseAnswer=0.02',
    speed: 300,
    seed: Number(process.env['KILLS_SEED'] ?? 1),
    timeout: 150,
    only: points.join('|'),
    keep: false,
  })
  expect([...new Set(report.points.map(({ part, point }) => `${part}: ${point}`))]).toEqual(points)
  expect(report).toMatchObject({
    lost: [],
    doubled: [],
    wrong: [],
    unfinished: [],
    brokenPromises: [],
    notReached: [],
    bridgeCrashes: 0,
    kills: { bridge: 3, sim: 1, storage: points.length - 4 },
  })
  expect(report.operations.built).toBe(report.operations.ordered)
  expect(report.operations.built).toBeGreaterThan(80)
})
