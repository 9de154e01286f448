import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILD_STAGES, type BuildStage, type Family } from '../src/scene/appliance.ts'
import { drawAppliance } from '../src/scene/drawings.ts'
import { RAL_COLOURS } from '../src/scene/choices.ts'
import { anyOf, everyValue, fridge, valuesOf } from './sceneChoices.ts'

/** Every opening tag closed in order, every attribute quoted, every reference defined, every number a number. */
function check(svg: string): void {
  const open: string[] = []
  const rest = svg.replaceAll(
    /<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g,
    (_, closes, name, __, closed) => {
      if (closes) expect(open.pop()).toBe(name)
      else if (!closed) open.push(name as string)
      return ''
    },
  )
  expect(open).toEqual([])
  expect(rest.replaceAll(/&(amp|lt|gt|quot);/g, '')).not.toMatch(/[<>"&]/)
  expect(svg).not.toMatch(/NaN|undefined|Infinity|null/)
  const ids = new Set([...svg.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]))
  for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id)
  for (const [, size] of svg.matchAll(/ (?:width|height|rx|ry|font-size)="([^"]+)"/g))
    expect(Number(size)).toBeGreaterThan(0)
}

const anyStages = fc.option(fc.subarray([...BUILD_STAGES]), { nil: undefined })

const families: readonly Family[] = ['fridge', 'washer', 'oven']

describe('the drawn picture', () => {
  it.each(families)('is well-formed for every %s at every stage of its making', (family) => {
    fc.assert(
      fc.property(anyOf(family), anyStages, (appliance, done) => {
        check(drawAppliance(appliance, done ? { reveal: new Set(done) } : {}))
      }),
      { numRuns: 250, seed: 11 },
    )
  })

  it('holds no input that is not known', () => {
    const svg = drawAppliance(
      fridge({ finish: '"><script>', nameplate: '<b>', colour_lower: '&', doors: '"' }),
    )
    check(svg)
    expect(svg).toBe(drawAppliance(fridge()))
  })

  it('keeps the proportions of the appliance', () => {
    const box = (choices: Record<string, number>) =>
      drawAppliance(fridge(choices))
        .match(/viewBox="([^"]+)"/)![1]!
        .split(' ')
        .map(Number)
    const [narrow, wide] = [box({ width_mm: 600 }), box({ width_mm: 900 })]
    expect(wide[2]! - narrow[2]!).toBe(300)
    expect(box({ height_mm: 2000 })[3]! - box({ height_mm: 1600 })[3]!).toBe(400)
  })

  it('shows each visible value differently', () => {
    for (const option of [
      'doors',
      'finish',
      'handle',
      'nameplate',
      'dispenser',
      'screen',
      'camera',
      'eink_tag',
      'colour_lower',
    ] as const) {
      const drawings = new Set(everyValue[option].map((value) => drawAppliance(fridge({ [option]: value }))))
      expect(drawings.size, option).toBe(everyValue[option].length)
    }
  })

  it.each(['washer', 'oven'] as const)('shows each visible value of the %s differently', (family) => {
    // What hangs at the back or stands behind the wall is not in a front view.
    const unseen = new Set([
      'depth_mm',
      'water',
      'aquastop',
      'dryer',
      'engraving',
      'hinge',
      'camera',
      'steam',
      'fans',
      'rails',
    ])
    for (const [option, values] of Object.entries(valuesOf[family])) {
      if (unseen.has(option)) continue
      const drawings = new Set(values.map((value) => drawAppliance({ family, choices: { [option]: value } })))
      expect(drawings.size, option).toBe(values.length)
    }
  })

  it('writes own words on the plate, whatever they are made of', () => {
    const svg = drawAppliance(fridge({ nameplate: 'engraved', engraving: '<b>&"Mira"' }))
    check(svg)
    expect(svg).toContain('&lt;b&gt;&amp;&quot;Mira&quot;')
  })

  it('is an outline before the body, bare metal before paint, in colour after it', () => {
    const at = (...done: BuildStage[]) =>
      drawAppliance(fridge({ colour_lower: 'RAL3003' }), { reveal: new Set(done) })
    const red = RAL_COLOURS['RAL3003']!
    expect(at()).toContain('stroke-dasharray')
    expect(at('body')).not.toContain(red)
    expect(at('body', 'paint')).toContain(red)
    expect(at('body')).not.toContain('stroke-dasharray')
  })

  it('gives its ids the prefix asked for, so that two drawings can share a page', () => {
    const svg = drawAppliance(fridge(), { id: 'tracker' })
    for (const [, id] of svg.matchAll(/ id="([^"]+)"/g)) expect(id).toMatch(/^tracker-/)
  })
})
