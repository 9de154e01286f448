/** `rules graph`: the machine, projected on a few options, as a picture or for XState and SCXML tools. */
import { mostCombinations, projectOn } from '../projection.ts'
import { dot, mermaid, scxml, xstate } from '../projectionFormats.ts'
import type { ProductModel } from '../model.ts'
import { suggestion } from '../nearest.ts'
import { onlyFile, open, question, WrongCall } from './call.ts'
import type { Answer, Call } from './call.ts'
import { grouped, plural } from './paint.ts'

const formats = {
  mermaid,
  xstate: (projection: Parameters<typeof xstate>[0]) => JSON.stringify(xstate(projection), undefined, 2),
  scxml,
  dot,
} as const

/** The options to show: those named, or the first few of the first step. @throws WrongCall */
function optionsToShow(model: ProductModel, { on }: Call): string[] {
  if (on.length === 0) {
    const choices = model.options.flatMap((option, at) => (option.role === 'choice' ? [at] : []))
    return [...new Set([...(model.steps[0]?.options ?? []), ...choices])]
      .slice(0, 3)
      .map((at) => model.options[at]!.id)
  }
  const known = model.options.map(({ id }) => id)
  for (const [at, id] of on.entries()) {
    if (!known.includes(id))
      throw new WrongCall(`--on ${id}: ${model.id} has no such option${suggestion(id, known)}`)
    if (on.indexOf(id) !== at) throw new WrongCall(`--on ${id}: named twice`)
  }
  if (on.length > 6) throw new WrongCall(`--on names ${on.length} options: a picture shows at most 6`)
  return [...on]
}

/** Runs the command. */
export function graph(call: Call): Answer {
  const format = call.format ?? 'mermaid'
  if (!Object.hasOwn(formats, format))
    throw new WrongCall(`--format ${format} is unknown${suggestion(format, Object.keys(formats))}`)
  const { model, product } = open(onlyFile(call), call.at)
  const on = optionsToShow(model, call)
  const asked = question(model, call.choose)
  const projection = projectOn(product, on, asked)
  if (projection === 'too many')
    throw new WrongCall(
      `${on.join(', ')} have more than ${grouped(mostCombinations)} combinations: name fewer options, or choose some values`,
    )
  if (projection === 'none')
    return {
      code: 1,
      json: { on, format, states: 0, combinations: 0, graph: null },
      text: 'Nothing can be built with these choices: rules explain tells why.',
    }
  const text = formats[format as keyof typeof formats](projection)
  const states = projection.regions.reduce((sum, region) => sum + region.states.length, 0)
  return {
    code: 0,
    json: {
      on,
      format,
      states,
      combinations: projection.combinations,
      graph: format === 'xstate' ? xstate(projection) : text,
    },
    text,
    notes: [
      `${on.join(', ')}: ${grouped(projection.combinations)} combinations, ${plural(states, 'state')}` +
        (projection.regions.length > 1 ? ` in ${projection.regions.length} independent regions` : ''),
    ],
  }
}
