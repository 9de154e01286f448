import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILD_STAGES, type Appliance, type BuildStage } from '../src/scene/appliance.ts'
import { RAL_COLOURS } from '../src/scene/choices.ts'
import { drawFridge, planFridge, progressOf } from '../src/scene/fridge.ts'
import {
  drawerPlan,
  fixturesOf,
  fridgeSpec,
  frontsOf,
  handlesOf,
  panelColour,
  type Rect,
} from '../src/scene/layouts.ts'
import type { SurfaceName } from '../src/scene/mesh.ts'
import type { Part } from '../src/scene/parts.ts'
import { anyAppliance, everyValue, fridge } from './sceneChoices.ts'

const specOf = (choices: Appliance['choices']) => fridgeSpec(fridge(choices))
const keysOf = (choices: Appliance['choices']) =>
  new Map(planFridge(specOf(choices)).map((plan) => [plan.id, plan.key]))
const looksOf = (choices: Appliance['choices']) => {
  const spec = specOf(choices)
  const colours = frontsOf(spec).map((front) => panelColour(spec, front.id))
  return JSON.stringify([[...keysOf(choices)], colours, spec.finish])
}
const hasSurface = (part: Part | undefined, surface: SurfaceName) =>
  part?.meshes.some(({ data }) => data.spans.some((span) => span.surface === surface)) ?? false

/** A fridge on which every option can be seen. */
const base = {
  width_mm: 900,
  height_mm: 1900,
  depth_mm: 650,
  doors: 'french_door',
  hinge: 'both',
  finish: 'lacquer',
  colour_upper_left: 'RAL9010',
  colour_upper_right: 'RAL6021',
  colour_middle: 'RAL9010',
  colour_lower: 'RAL6021',
  handle: 'bar',
  nameplate: 'none',
  dispenser: false,
  ice_maker: 'none',
  water_line: 'none',
  drawers: 3,
  wine_zone: false,
  light: 'led',
  screen: 'none',
  camera: false,
  eink_tag: false,
  no_frost: true,
}

describe('every option shows', () => {
  for (const [option, values] of Object.entries(everyValue)) {
    it(`${option}: each value has a look of its own`, () => {
      const onto: Appliance['choices'] =
        option === 'hinge'
          ? { ...base, doors: 'two_door' }
          : option === 'engraving'
            ? { ...base, nameplate: 'engraved' }
            : base
      // `both` is what french doors have; one door shows it as its default side. A fixed water line is in the wall.
      const seen = values.filter((v) => v !== 'both' && v !== 'fixed')
      const looks = new Set(seen.map((value) => looksOf({ ...onto, [option]: value })))
      const same = option === 'colour_upper_right' ? 1 : 0
      expect(looks.size).toBe(seen.length - same)
    })
  }

  it('takes what it does not know as that option’s default', () => {
    expect(
      specOf({ doors: 'seven_door', width_mm: 'wide', drawers: Number.NaN, finish: 7, colour_lower: 'pink' }),
    ).toEqual(specOf({}))
  })

  it('gives each layout its fronts, named by the option that colours them', () => {
    const ids = (choices: Appliance['choices']) =>
      frontsOf(specOf(choices)).map((front) => `${front.colourOption} ${front.kind}`)
    expect(ids({ doors: 'two_door' })).toEqual(['colour_upper_left door', 'colour_lower door'])
    expect(ids({ doors: 'three_door' })).toEqual([
      'colour_upper_left door',
      'colour_middle drawer',
      'colour_lower door',
    ])
    expect(ids({ doors: 'french_door' })).toEqual([
      'colour_upper_left door',
      'colour_upper_right door',
      'colour_lower drawer',
    ])
    expect(ids({ doors: 'french_door', colour_middle: 'RAL7016' })).toHaveLength(4)
  })

  it('paints each front in its own colour, and never paints steel', () => {
    const choices = {
      ...base,
      colour_upper_left: 'RAL3003',
      colour_upper_right: 'RAL5024',
      colour_middle: 'RAL7016',
    }
    const colours = (more: Appliance['choices'] = {}) => {
      const spec = specOf({ ...choices, ...more })
      return frontsOf(spec).map((front) => panelColour(spec, front.id))
    }
    expect(colours()).toEqual(['RAL3003', 'RAL5024', 'RAL7016', 'RAL6021'].map((id) => RAL_COLOURS[id]))
    expect(new Set(colours({ finish: 'steel' })).size).toBe(1)
  })

  it('shows as many drawers as were chosen', () => {
    for (const n of everyValue.drawers) {
      const { crispers, freezer } = drawerPlan(n)
      expect(crispers + freezer).toBe(n)
      expect(freezer).toBeGreaterThanOrEqual(1)
    }
  })

  it('hinges doors on the side chosen and puts the handle on the other', () => {
    for (const hinge of ['left', 'right'] as const) {
      const spec = specOf({ hinge, handle: 'bar' })
      const sign = hinge === 'left' ? -1 : 1
      const door = planFridge(spec).find((plan) => plan.id === 'front:upper_left')!
      expect(Math.sign(door.pivot[0])).toBe(sign)
      expect(door.motion?.kind === 'swing' && Math.sign(door.motion.radians)).toBe(sign)
      expect(Math.sign(handlesOf(spec)[0]!.x)).toBe(-sign)
    }
  })

  it('draws leather as leather, wood-ready with its bare board, push-to-open with nothing to hold', () => {
    const front = (choices: Appliance['choices']) =>
      drawFridge(specOf(choices)).find((part) => part.id === 'front:upper_left')
    expect(hasSurface(front({ handle: 'leather' }), 'leather')).toBe(true)
    expect(hasSurface(front({ handle: 'bar' }), 'leather')).toBe(false)
    expect(hasSurface(front({ handle: 'bar' }), 'metal')).toBe(true)
    expect(hasSurface(front({ handle: 'push_open' }), 'metal')).toBe(false)
    expect(hasSurface(front({ finish: 'wood_ready' }), 'wood')).toBe(true)
    expect(hasSurface(front({ screen: 's7' }), 'display')).toBe(true)
    expect(hasSurface(front({ nameplate: 'lit' }), 'led')).toBe(true)
  })
})

describe('what is mounted on the fronts', () => {
  const overlaps = (a: Rect, b: Rect) =>
    Math.abs(a.x - b.x) * 2 < a.w + b.w - 1e-6 && Math.abs(a.y - b.y) * 2 < a.h + b.h - 1e-6

  it('lies inside its panel and touches nothing else on it', () => {
    fc.assert(
      fc.property(anyAppliance, (appliance) => {
        const spec = fridgeSpec(appliance)
        const fronts = frontsOf(spec)
        const fixtures = fixturesOf(spec, fronts)
        const handles = handlesOf(spec, fronts)
        for (const fixture of fixtures) {
          const { panel } = fronts.find((front) => front.id === fixture.on)!
          const name = `${fixture.kind} on ${fixture.on}`
          expect(Math.abs(fixture.x - panel.x) + fixture.w / 2, name).toBeLessThanOrEqual(panel.w / 2)
          expect(Math.abs(fixture.y - panel.y) + fixture.h / 2, name).toBeLessThanOrEqual(panel.h / 2)
          const others = [...fixtures.filter((f) => f !== fixture), ...handles].filter(
            (o) => o.on === fixture.on,
          )
          for (const other of others)
            expect(overlaps(fixture, other), `${name} over ${other.kind}`).toBe(false)
        }
      }),
      { numRuns: 3000, seed: 7 },
    )
  })
})

describe('a change draws only what it touches', () => {
  const changed = (from: Appliance['choices'], to: Appliance['choices']) => {
    const before = keysOf(from)
    return [...keysOf(to)].filter(([id, key]) => before.get(id) !== key).map(([id]) => id)
  }

  it('a colour or a paint finish draws no geometry at all', () => {
    expect(changed(base, { ...base, colour_lower: 'RAL3003', finish: 'glass' })).toEqual([])
  })

  it('a screen touches the front it sits on', () => {
    expect(changed(base, { ...base, screen: 's21' }).sort()).toEqual(['front:upper_right'])
  })

  it('wine, light and ice touch insides only', () => {
    for (const change of [{ wine_zone: true }, { light: 'ambient_rgb' }, { ice_maker: 'craft' }])
      expect(
        changed(base, { ...base, ...change }).every((id) => /^(compartment|shelves|drawers):/.test(id)),
      ).toBe(true)
  })

  /** Every number of a part, as text: far quicker to compare than the arrays. */
  const print = (part: Part) =>
    JSON.stringify(part, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? (value as Float32Array).join(' ') : value,
    )

  it('plans that keep their key draw the same part', () => {
    const plans = (choices: Appliance['choices']) => planFridge(specOf(choices))
    fc.assert(
      fc.property(
        anyAppliance,
        fc.constantFrom(...Object.keys(everyValue)),
        fc.nat(),
        ({ choices }, option, pick) => {
          const values = everyValue[option as keyof typeof everyValue]
          const next = { ...choices, [option]: values[pick % values.length]! }
          const after = plans(next)
          for (const plan of plans(choices)) {
            const twin = after.find((p) => p.id === plan.id && p.key === plan.key)
            if (twin) expect(print(twin.draw())).toBe(print(plan.draw()))
          }
        },
      ),
      { numRuns: 12, seed: 3 },
    )
  })
})

describe('a unit on the line', () => {
  const parts = (...done: BuildStage[]) => {
    const spec = specOf({ ...base, screen: 's7', eink_tag: true })
    return drawFridge(spec, progressOf(spec.finish, new Set(done)))
  }
  const triangles = (list: Part[]) =>
    list.reduce((sum, part) => sum + part.meshes.reduce((s, { data }) => s + data.indices.length, 0), 0)

  it('is nothing before its body, and everything once all stations have reported', () => {
    expect(parts()).toEqual([])
    expect(parts('paint', 'smart')).toEqual([])
    expect(parts(...BUILD_STAGES)).toEqual(drawFridge(specOf({ ...base, screen: 's7', eink_tag: true })))
  })

  it('grows with every station', () => {
    const steps: BuildStage[][] = [
      ['body'],
      ['body', 'foam'],
      ['body', 'foam', 'cooling'],
      ['body', 'foam', 'cooling', 'smart'],
      [...BUILD_STAGES],
    ]
    const sizes = steps.map((done) => triangles(parts(...done)))
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
    expect(new Set(sizes).size).toBe(sizes.length)
  })

  it('shows its colour once it was painted; a front that needs no paint shows it with the body', () => {
    expect(progressOf('lacquer', new Set<BuildStage>(['body'])).painted).toBe(false)
    expect(progressOf('lacquer', new Set<BuildStage>(['body', 'paint'])).painted).toBe(true)
    expect(progressOf('steel', new Set<BuildStage>(['body'])).painted).toBe(true)
  })
})
