/** Turns results into tables for a terminal and for docs/benchmarks.md, and judges them against what was promised. */
import { keepsBar } from './harness.ts'
import type { Bar, Figure, Row, SectionResult, Spread } from './harness.ts'

/** The machine a section ran on and how busy it was. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
  readonly platform: string
  /** One-minute load average before and after. */
  readonly load: readonly [number, number]
}

export interface Section extends SectionResult {
  readonly title: string
  /** What is measured and what is not. */
  readonly about: string
  readonly at: string
  readonly seconds: number
  readonly machine: Machine
}

/** The content of bench/results.json. */
export interface Results {
  readonly sections: Readonly<Record<string, Section>>
}

/** Gives a number with three significant digits and no exponent. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e6) return value.toLocaleString('en')
  if (size >= 1000) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toString()
}

/** Ratios far below one read better as fractions. */
function showRatio(value: number): string {
  return value < 0.05 ? `1/${show(Math.round(1 / value))}` : show(value)
}

function showSpread({ median, q1, q3 }: Spread, one: (value: number) => string): string {
  return `${one(median)} (${one(q1)}–${one(q3)})`
}

function showBar(bar: Bar | undefined, one: (value: number) => string): string {
  if (!bar) return ''
  return 'atMost' in bar ? `≤ ${one(bar.atMost)}` : `≥ ${one(bar.atLeast)}`
}

function verdict(kept: boolean | undefined): string {
  return kept === undefined ? '' : kept ? ' ✓' : ' ✗'
}

/** The cells of a section's two tables, header first; an empty table is left out. */
export function tables({ rows, figures }: SectionResult): string[][][] {
  const races = rows.map((row: Row) => [
    `${row.case}, ${row.unit}`,
    show(row.ours.median),
    `${row.peerName}: ${show(row.peer.median)}`,
    showSpread(row.ratio, showRatio),
    String(row.n),
    showBar(row.bar, showRatio) + verdict(keepsBar(row, row.ratio.median)),
  ])
  const alone = figures.map((figure: Figure) => [
    figure.name,
    `${typeof figure.value === 'number' ? show(figure.value) : figure.value}${figure.unit ? ` ${figure.unit}` : ''}`,
    showBar(figure.bar, show) +
      (typeof figure.value === 'number' ? verdict(keepsBar(figure, figure.value)) : ''),
    figure.note ?? '',
  ])
  return [
    ...(races.length > 0 ? [[['case', 'ours', 'peer', 'ours/peer (q1–q3)', 'n', 'bar'], ...races]] : []),
    ...(alone.length > 0 ? [[['figure', 'value', 'bar', ''], ...alone]] : []),
  ]
}

/** One line about the machine. */
export function machineLine({ machine, seconds }: Section): string {
  const { cpu, cores, memoryGb, node, platform, load } = machine
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}; load ${load.map((l) => l.toFixed(1)).join(' → ')}; ${Math.round(seconds)} s`
}

/** A section for a terminal. */
export function forTerminal(section: Section): string {
  const blocks = tables(section).map((table) => {
    const widths = (table[0] ?? []).map((_, column) =>
      Math.max(...table.map((line) => line[column]?.length ?? 0)),
    )
    return table
      .map((line) =>
        line
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join(' | ')
          .trimEnd(),
      )
      .join('\n')
  })
  return [`\n${section.title}`, ...blocks, machineLine(section)].join('\n\n')
}

/** The whole of docs/benchmarks.md. */
export function forDocs({ sections }: Results): string {
  const parts = Object.entries(sections).map(([name, section]) => {
    const blocks = tables(section).map((table) => {
      const line = (cells: readonly string[]) =>
        `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
      const [head = [], ...body] = table
      return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
    })
    return [
      `## ${section.title}`,
      section.about,
      ...blocks,
      `\`npm run bench -- --only ${name}\` · ${section.at.slice(0, 10)} · ${machineLine(section)}`,
    ].join('\n\n')
  })
  return `<!-- Written by: npm run bench -- --write-docs. Do not edit; the figures are those of bench/results.json. -->

# Measured

Repeat everything with \`npm run bench\` (about ten minutes; the first run installs the peers into \`bench/peers\`), one part with
\`npm run bench -- --only rules\`, and this page with \`npm run bench -- --write-docs\`. \`--quick\` is the short run of the continuous
integration (the sections with peers): it fails when something throws or when a ratio is three times worse than the one in
\`bench/results.json\`.

How to read it: all contestants take turns in short slices, the order is reversed every other round, and a ratio is the median of
the ratios within the rounds, so a machine that speeds up or slows down meanwhile does not favour anybody. Quartiles are in
brackets. \`n\` counts rounds. Absolute times belong to the machine named below each table; the ratios are what travels.
A bar is what we promised; ✓ kept, ✗ missed.

${parts.join('\n\n')}
`
}

/**
 * Names every ratio that is three times worse than before, beyond what either measurement's own spread explains: the good
 * quartile now against the bad quartile then.
 */
export function regressions(before: Results, after: Results): string[] {
  return Object.entries(after.sections).flatMap(([name, section]) =>
    section.rows.flatMap((row) => {
      const old = before.sections[name]?.rows.find((r) => r.case === row.case && r.peerName === row.peerName)
      if (!old) return []
      const worse = row.better === 'less' ? row.ratio.q1 / old.ratio.q3 : old.ratio.q1 / row.ratio.q3
      return worse > 3
        ? [
            `${name}: "${row.case}" against ${row.peerName} is three times worse than committed: ${showSpread(row.ratio, showRatio)}, was ${showSpread(old.ratio, showRatio)}`,
          ]
        : []
    }),
  )
}
