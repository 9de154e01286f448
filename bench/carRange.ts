/**
 * A table-heavy product range of the kind car makers have: every rule is a table, most of them functions, in CSV files beside the
 * YAML. Grown from a seed, so that every run and every machine measures the same rules; other seeds and shapes give others.
 *
 * Some hundred versions (body, engine, gearbox, trim) decide what is fitted, what may be added and what is not to be had; each
 * piece of equipment says by a companion option why it is there; packs, neighbours and markets restrict it further; parts codes
 * follow from up to nine options.
 */

export interface CarShape {
  readonly versions: number
  /** Pieces of equipment, each with a companion option and a table over the versions. */
  readonly equipment: number
  readonly packs: number
  readonly codes: number
  /** Pieces of equipment that know of each other. */
  readonly cluster: number
  /** Rows that the tables have together, as far as the tables of the codes can be grown. */
  readonly rows: number
}

/** About 270 options, 330 tables and 226,000 rows. */
export const classicalShape: CarShape = {
  versions: 300,
  equipment: 84,
  packs: 24,
  codes: 66,
  cluster: 6,
  rows: 226_000,
}

export interface CarRange {
  /** The rule file; its tables name the files of `csv`. */
  readonly yaml: string
  /** File name -> text. */
  readonly csv: ReadonlyMap<string, string>
  readonly options: number
  readonly rows: number
}

interface Column {
  readonly id: string
  readonly size: number
  readonly isDerived?: boolean
}

/** Mulberry-like stream of numbers below a bound. */
function stream(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let z = Math.imul(state ^ (state >>> 15), state | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return ((z ^ (z >>> 14)) >>> 0) % bound
  }
}

/** Grows a range. The same seed and shape give the same files. */
export function carRange(seed: number, shape: CarShape = classicalShape): CarRange {
  const next = stream(seed)
  const chance = (percent: number) => next(100) < percent
  const columns: Column[] = []
  const csv = new Map<string, string>()
  const tables: string[] = []
  let rowsMade = 0

  const option = (id: string, size: number, isDerived = false): Column => {
    const column = { id, size, isDerived }
    columns.push(column)
    return column
  }
  const table = (name: string, of: readonly Column[], rows: readonly (readonly number[])[]) => {
    const head = of.map(({ id }) => id).join()
    csv.set(
      `${name}.csv`,
      `${[head, ...rows.map((row) => row.map((value) => `v${value}`).join())].join('\n')}\n`,
    )
    tables.push(`  ${name}: { csv: ${name}.csv }`)
    rowsMade += rows.length
  }
  const some = <T>(of: readonly T[], count: number): T[] => {
    const left = [...of]
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(next(left.length), 1)[0]!)
  }
  /** Some that stand side by side. */
  const neighbours = <T>(of: readonly T[], count: number): T[] => {
    const first = next(Math.max(1, of.length - count + 1))
    return of.slice(first, first + count)
  }
  const combinations = (of: readonly Column[]): number[][] => {
    let all: number[][] = [[]]
    for (const { size } of of)
      all = all.flatMap((row) => Array.from({ length: size }, (_, value) => [...row, value]))
    return all
  }

  const market = option('market', 12)
  const [body, engine, gearbox, trim] = [
    option('body', 5),
    option('engine', 14),
    option('gearbox', 4),
    option('trim', 7),
  ] as const
  const version = option('version', shape.versions)
  const makes = [body, engine, gearbox, trim]
  const builds = some(combinations(makes), shape.versions)
  table(
    'versions',
    [version, ...makes],
    builds.map((row, v) => [v, ...row]),
  )
  const soldIn = builds.flatMap((row, v) =>
    Array.from({ length: market.size }, (_, m) => [v, m]).filter(([, m]) => (m! + row[3]!) % 5 !== 0),
  )
  table('sold-in', [version, market], soldIn)

  /** Trim decides nearly everything; a few pieces follow body, engine and gearbox. */
  const driverOf = (piece: number) => (piece % 14 === 3 ? ((piece / 14) % 3) | 0 : 3)

  // 0 not there, 1 fitted to every one, 2 added, 3 by a pack
  interface Equipment {
    readonly what: Column
    readonly why: Column
  }
  const equipment: Equipment[] = []
  for (let e = 0; e < shape.equipment; e++) {
    const what = option(`equipment_${e}`, 2 + (chance(60) ? 0 : 1 + next(6)))
    const why = option(`why_${e}`, 4)
    equipment.push({ what, why })
    const drivers = [driverOf(e)]
    const policy = new Map<string, number[][]>()
    const rows = builds.flatMap((build, v) => {
      const key = drivers.map((driver) => build[driver]! >> (driver === 1 ? 2 : 0)).join()
      let allowed = policy.get(key)
      if (!allowed) {
        const values = Array.from({ length: what.size - 1 }, (_, i) => i + 1)
        const kind = next(10)
        allowed =
          kind < 3
            ? [[0, 0]]
            : kind < 6
              ? [[values[next(values.length)]!, 1]]
              : [
                  [0, 0],
                  ...some(values, 1 + next(values.length)).flatMap((value) => [
                    [value, 2],
                    [value, 3],
                  ]),
                ]
        policy.set(key, allowed)
      }
      return allowed.map((row) => [v, ...row])
    })
    table(`fitted-${e}`, [version, what, why], rows)
  }
  const clusters = Array.from({ length: Math.ceil(equipment.length / shape.cluster) }, (_, c) =>
    equipment.slice(c * shape.cluster, (c + 1) * shape.cluster),
  )
  const clusterAt = (at: number) => clusters[at % clusters.length]!

  // not there is possible everywhere, so that no rule of a market or a neighbour empties the range
  const region = option('region', 3)
  table(
    'regions',
    [market, region],
    Array.from({ length: market.size }, (_, m) => [m, m % 3]),
  )
  equipment.forEach(({ what, why }, e) => {
    if (e % shape.cluster > 0 || Math.floor(e / shape.cluster) % 5 !== 0) return
    const forbidden = next(3)
    table(
      `region-${e}`,
      [region, what, why],
      combinations([region, what, why]).filter(([r, , reason]) => reason! <= 1 || r !== forbidden),
    )
  })
  for (let p = 0; p < shape.packs; p++) {
    const pack = option(`pack_${p}`, 2)
    const members = neighbours(clusterAt(p), 2)
    const whys = members.map(({ why }) => why)
    table(
      `pack-${p}`,
      [pack, ...whys],
      combinations([pack, ...whys]).filter(([taken, ...reasons]) =>
        taken === 1 ? reasons.every((reason) => reason !== 2) : reasons.every((reason) => reason !== 3),
      ),
    )
    table(
      `pack-for-${p}`,
      [pack, trim, engine],
      combinations([pack, trim, engine]).filter(([taken, t]) => taken === 0 || (t! + p) % 4 !== 0),
    )
  }
  for (const [c, cluster] of clusters.entries())
    for (let n = 0; n < cluster.length - 1; n++) {
      const [one, other] = [cluster[n]!, cluster[n + 1]!]
      const near = [one.what, one.why, other.what, other.why]
      const banned = new Set(some(combinations([one.what, other.what]), 1 + next(3)).map((row) => row.join()))
      // what is fitted anyway fits together
      const rows = combinations(near).filter(
        ([a, why, b, because]) => why! < 2 || because! < 2 || !banned.has(`${a},${b}`),
      )
      table(`near-${c}-${n}`, near, rows)
    }

  // each code takes its share of the rows that are left
  for (let c = 0; c < shape.codes; c++) {
    const share = (shape.rows - rowsMade) / (shape.codes - c)
    const pieces = clusterAt(c).map(({ what }) => what)
    const driving = chance(50) ? [trim] : []
    const pool = [...driving, ...pieces, gearbox, body, region]
    const inputs: Column[] = []
    let size = 1
    for (const column of pool) {
      if (inputs.length >= 9 || size * column.size > share * 1.4) continue
      inputs.push(column)
      size *= column.size
    }
    const code = option(`code_${c}`, 2 + next(c % 8 === 0 ? 30 : 6), true)
    // few inputs matter, and they matter in classes: codes are worth having because they are few
    const mattering = [
      ...driving,
      ...neighbours(
        inputs.filter((input) => pieces.includes(input)),
        2,
      ),
    ]
    const factors = inputs.map((input) =>
      Array.from({ length: input.size }, (_, value) =>
        mattering.includes(input) && value * 2 >= input.size ? 1 : 0,
      ),
    )
    const rows = combinations(inputs).map((row) => {
      const mixed = row.reduce((sum, value, i) => sum * 2 + factors[i]![value]!, 0)
      return [...row, mixed % code.size]
    })
    table(`code-${c}`, [...inputs, code], rows)
  }

  const shuffled = some(columns, columns.length)
  const lines = shuffled.map(({ id, size, isDerived }) => {
    const values = Array.from({ length: size }, (_, value) => `v${value}: ${isDerived ? 0 : next(4) * 500}`)
    return `  ${id}: { values: { ${values.join(', ')} }${isDerived ? ', derived: true' : ''} }`
  })
  const yaml = [
    'rules: 1',
    `family: car-${seed}`,
    'title: Car range',
    'version: 1.0.0',
    'currency: EUR',
    'options:',
    ...lines,
    'tables:',
    ...tables,
    '',
  ].join('\n')
  return { yaml, csv, options: columns.length, rows: rowsMade }
}
