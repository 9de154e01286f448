/** Times of one product's answers, taken in processes of their own: a page holds one machine, a bridge a few, and neither a solver. */
import { fork } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProductPackage } from '@lot-one/rules'
import type { ClickTimes } from './clicksProcess.ts'
import type { Bench } from './harness.ts'
import { end, message } from './processes.ts'

/** Asks through random sessions of nine clicks each; the first two hundred clicks are not counted. */
export const clickTimes = async (bench: Bench, pkg: ProductPackage, sessions: number): Promise<ClickTimes> =>
  (await sentBy(bench, 'bench/clicksProcess.ts', [pkg], [String(sessions)])) as ClickTimes

/** Judges complete orders of the first product while all are held; gives how many per second of CPU, slice by slice. */
export const checksPerSecond = async (
  bench: Bench,
  packages: readonly ProductPackage[],
): Promise<readonly number[]> =>
  (await sentBy(bench, 'bench/checksProcess.ts', packages)) as readonly number[]

async function sentBy(
  bench: Bench,
  source: string,
  packages: readonly ProductPackage[],
  more: readonly string[] = [],
): Promise<unknown> {
  const files = packages.map(({ id, rulesHash }) => join(bench.folder, `${id}-${rulesHash.slice(0, 8)}.json`))
  for (const [n, file] of files.entries()) await writeFile(file, JSON.stringify(packages[n]))
  const child = fork(await bench.bundle(source), [...files, ...more], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    return await message(child)
  } finally {
    await end(child)
  }
}
