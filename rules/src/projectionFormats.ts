/** A projected machine in the formats engineers look at it with: Mermaid, DOT, XState and SCXML. */
import type { Projection, Region } from './projection.ts'
import type { Value } from './model.ts'

const words = (values: readonly Value[]): string => values.map(String).join(', ')
const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)

function mermaidRegion({ states }: Region): string[] {
  const last = states.at(-1)!.id
  return [
    ...states.flatMap(({ id, option }) => (option === undefined ? [] : [`state "${option}" as ${id}`])),
    `[*] --> ${states[0]!.id}`,
    ...states.flatMap(({ id, moves }) =>
      moves.map(({ values, to }) => `${id} --> ${to === last ? '[*]' : to} : ${words(values)}`),
    ),
  ]
}

/** `stateDiagram-v2`; independent options are concurrent regions. */
export function mermaid({ id, regions }: Projection): string {
  const inner = regions.map(mermaidRegion)
  if (inner.length === 1) return ['stateDiagram-v2', ...indented(inner[0]!)].join('\n')
  const parts = inner.flatMap((lines, i) => [...(i > 0 ? ['--'] : []), ...lines])
  return ['stateDiagram-v2', `  state "${id}" as all_0 {`, ...indented(indented(parts)), '  }'].join('\n')
}

/** Graphviz. */
export function dot({ id, regions }: Projection): string {
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
  const lines = regions.flatMap(({ options, states }, i) => [
    `subgraph cluster_${i} {`,
    `  label=${quoted(regions.length === 1 ? id : options.join(', '))}`,
    ...states.map((state) =>
      state.option === undefined
        ? `  ${state.id} [shape=doublecircle, label=""]`
        : `  ${state.id} [label=${quoted(state.option)}]`,
    ),
    ...states.flatMap((state) =>
      state.moves.map(({ values, to }) => `  ${state.id} -> ${to} [label=${quoted(words(values))}]`),
    ),
    '}',
  ])
  return [`digraph ${quoted(id)} {`, '  rankdir=LR', ...indented(lines), '}'].join('\n')
}

/** The event of a choice: `doors=two_door`. */
const eventOf = (option: string, value: Value): string => `${option}=${String(value)}`

function xstateRegion({ states }: Region) {
  return {
    initial: states[0]!.id,
    states: Object.fromEntries(
      states.map(({ id, option, moves }) => [
        id,
        option === undefined
          ? { type: 'final' }
          : {
              description: option,
              on: Object.fromEntries(
                moves.flatMap(({ values, to }) => values.map((value) => [eventOf(option, value), to])),
              ),
            },
      ]),
    ),
  }
}

/** A machine for `createMachine` of XState 5, JSON only: events are `option=value`, parallel where options are independent. */
export function xstate({ id, regions }: Projection): Record<string, unknown> {
  if (regions.length === 1) return { id, ...xstateRegion(regions[0]!) }
  return {
    id,
    type: 'parallel',
    states: Object.fromEntries(regions.map((region, i) => [`region_${i + 1}`, xstateRegion(region)])),
  }
}

/**
 * State Chart XML (W3C 2015). An event is `option.value`: tokens between dots match as a whole, so no value's event is the
 * start of another's; signs that no token may have become "_", numbered where two would meet.
 */
export function scxml({ id, regions }: Projection): string {
  const token = (text: string) => text.replaceAll(/[^\p{L}\p{N}_-]/gu, '_')
  const named = new Map<string, string>()
  const taken = new Set<string>()
  const event = (option: string, value: Value): string => {
    const key = eventOf(option, value)
    const plain = `${token(option)}.${token(String(value))}`
    let name = named.get(key) ?? plain
    for (let n = 2; !named.has(key) && taken.has(name); n++) name = `${plain}_${n}`
    named.set(key, name)
    taken.add(name)
    return name
  }
  const inner = ({ states }: Region): string[] =>
    states.flatMap(({ id: state, option, moves }) =>
      option === undefined
        ? [`<final id="${state}"/>`]
        : [
            `<state id="${state}">`,
            ...moves.flatMap(({ values, to }) =>
              values.map((value) => `  <transition event="${event(option, value)}" target="${to}"/>`),
            ),
            '</state>',
          ],
    )
  const open = 'xmlns="http://www.w3.org/2005/07/scxml" version="1.0"'
  const body =
    regions.length === 1
      ? inner(regions[0]!)
      : [
          '<parallel id="all_0">',
          ...indented(
            regions.flatMap((region, i) => [
              `<state id="region_${i + 1}" initial="${region.states[0]!.id}">`,
              ...indented(inner(region)),
              '</state>',
            ]),
          ),
          '</parallel>',
        ]
  const initial = regions.length === 1 ? regions[0]!.states[0]!.id : 'all_0'
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scxml ${open} name="${token(id)}" initial="${initial}">`,
    ...indented(body),
    '</scxml>',
  ].join('\n')
}
