import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILD_STAGES, type Appliance, type BuildStage, type Family } from '../src/scene/appliance.ts'
import { fridgeSpec } from '../src/scene/layouts.ts'
import type { MeshData } from '../src/scene/mesh.ts'
import { modelOf } from '../src/scene/families.ts'
import type { Model } from '../src/scene/model.ts'
import type { Part } from '../src/scene/parts.ts'
import { anyOf } from './sceneChoices.ts'

const families: readonly Family[] = ['fridge', 'washer', 'oven']
const everyMesh = (parts: readonly Part[]) =>
  parts.flatMap((part) => part.meshes.map((mesh) => ({ part, name: `${part.id}/${mesh.role}`, ...mesh })))

interface Drawn {
  appliance: Appliance
  model: Model
  parts: Part[]
}

const drawnOf = (appliance: Appliance): Drawn => {
  const model = modelOf(appliance)
  return { appliance, model, parts: model.plan(null).map((plan) => plan.draw()) }
}

const samples = new Map<Family, Drawn[]>()
/** Checks random appliances of a family; they are drawn once for all checks. */
function property(family: Family, check: (drawn: Drawn) => void): void {
  const drawn = samples.get(family) ?? fc.sample(anyOf(family), { numRuns: 36, seed: 20261121 }).map(drawnOf)
  samples.set(family, drawn)
  for (const each of drawn) {
    try {
      check(each)
    } catch (cause) {
      throw new Error(JSON.stringify(each.appliance.choices), { cause })
    }
  }
}

function boundsOf(data: MeshData, pivot: readonly number[]) {
  const min = [Infinity, Infinity, Infinity]
  const max = [-Infinity, -Infinity, -Infinity]
  for (let i = 0; i < data.positions.length; i++) {
    const v = data.positions[i]! + pivot[i % 3]!
    min[i % 3] = Math.min(min[i % 3]!, v)
    max[i % 3] = Math.max(max[i % 3]!, v)
  }
  return { min, max }
}

describe.each(families)('every %s is sound geometry', (family) => {
  it('fits its width, height and depth; only handles, dials and screens stand proud of the front', () => {
    property(family, ({ appliance, model, parts }) => {
      const { handle, drawer, base, control } = appliance.choices
      const hasHandle =
        handle === 'bar' || handle === 'leather' || (drawer ?? 'none') !== 'none' || base === 'drawer'
      const proud = hasHandle ? 0.055 : family === 'oven' && control === 'knob' ? 0.025 : 0.0085
      for (const { name, part, data } of everyMesh(parts)) {
        const { min, max } = boundsOf(data, part.pivot)
        const [w, h, d] = model.size
        expect(Math.max(-min[0]!, max[0]!), `${name} width`).toBeLessThanOrEqual(w / 2 + 1e-6)
        expect(min[1], `${name} floor`).toBeGreaterThanOrEqual(-1e-6)
        expect(max[1], `${name} height`).toBeLessThanOrEqual(h + 1e-6)
        expect(-min[2]!, `${name} rear`).toBeLessThanOrEqual(d / 2 + 1e-6)
        expect(max[2], `${name} front`).toBeLessThanOrEqual(d / 2 + proud)
      }
    })
  })

  it('has unit normals, and every triangle winds the way its normals point', () => {
    property(family, ({ parts }) => {
      for (const { name, data } of everyMesh(parts)) {
        const { positions: p, normals: n, indices } = data
        for (let v = 0; v < n.length; v += 3)
          if (Math.abs(Math.hypot(n[v]!, n[v + 1]!, n[v + 2]!) - 1) > 1e-3)
            throw new Error(`${name}: normal ${v / 3} is ${n[v]}, ${n[v + 1]}, ${n[v + 2]}`)
        for (let t = 0; t < indices.length; t += 3) {
          const [a, b, c] = [indices[t]! * 3, indices[t + 1]! * 3, indices[t + 2]! * 3]
          const u = [0, 1, 2].map((k) => p[b + k]! - p[a + k]!)
          const w = [0, 1, 2].map((k) => p[c + k]! - p[a + k]!)
          const face = [
            u[1]! * w[2]! - u[2]! * w[1]!,
            u[2]! * w[0]! - u[0]! * w[2]!,
            u[0]! * w[1]! - u[1]! * w[0]!,
          ]
          const area = Math.hypot(...face)
          if (area < 1e-9) continue
          const mean = [0, 1, 2].map((k) => n[a + k]! + n[b + k]! + n[c + k]!)
          const agreement = (face[0]! * mean[0]! + face[1]! * mean[1]! + face[2]! * mean[2]!) / area
          if (agreement < 0) {
            const span = data.spans.find((s) => t >= s.start && t < s.start + s.count)
            throw new Error(
              `${name}: triangle ${t / 3} (${span?.surface}) is inside out (${agreement.toFixed(2)})`,
            )
          }
        }
      }
    })
  })

  it('holds only finite numbers, indices that exist, and spans that cover every triangle', () => {
    property(family, ({ parts }) => {
      for (const { name, data } of everyMesh(parts)) {
        const vertices = data.positions.length / 3
        for (const list of [data.positions, data.normals, data.colours, data.uvs])
          expect(list.every(Number.isFinite), name).toBe(true)
        expect(
          data.indices.every((i) => i < vertices),
          name,
        ).toBe(true)
        expect(data.surfaces).toHaveLength(vertices * 4)
        let end = 0
        for (const span of data.spans) {
          expect(span.start, name).toBe(end)
          end += span.count
        }
        expect(end, name).toBe(data.indices.length)
      }
    })
  })

  it('stays inside the triangle budget: 15,000 shut, 70,000 open and furnished', () => {
    property(family, ({ model, parts }) => {
      const plans = model.plan(null)
      const count = (withInside: boolean) =>
        parts.reduce(
          (sum, part, k) =>
            withInside || !plans[k]!.isInside
              ? sum + part.meshes.reduce((all, { data }) => all + data.indices.length / 3, 0)
              : sum,
          0,
        )
      expect(count(false)).toBeLessThanOrEqual(15_000)
      expect(count(true)).toBeLessThanOrEqual(70_000)
    })
  })

  it('needs at most 20 meshes shut and 45 open', () => {
    property(family, ({ model, parts }) => {
      const plans = model.plan(null)
      const meshes = (withInside: boolean) =>
        parts.reduce(
          (sum, part, k) => (withInside || !plans[k]!.isInside ? sum + part.meshes.length : sum),
          0,
        )
      // the floor is one more
      expect(meshes(false)).toBeLessThan(20)
      expect(meshes(true)).toBeLessThan(45)
    })
  })

  it('is the same every time, and no two parts share a name', () => {
    const [one] = fc.sample(anyOf(family), { numRuns: 1, seed: 4 })
    const print = () =>
      JSON.stringify(drawnOf(one!).parts, (_, v: unknown) =>
        ArrayBuffer.isView(v) ? (v as Float32Array).join(' ') : v,
      )
    expect(print()).toBe(print())
    property(family, ({ parts }) => {
      expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length)
    })
  })
})

describe('a fridge that is furnished', () => {
  it('keeps what stands in a compartment inside its walls', () => {
    property('fridge', ({ appliance, parts }) => {
      const spec = fridgeSpec(appliance)
      // Liner walls are 44 mm from the outside; the cavity itself is the first span.
      for (const { name, part, data } of everyMesh(parts)) {
        if (!/^(compartment|shelves|drawers):/.test(part.id)) continue
        const { min, max } = boundsOf(data, part.pivot)
        expect(Math.max(-min[0]!, max[0]!), name).toBeLessThanOrEqual(spec.widthMm / 2000 - 0.0435)
        expect(max[2], name).toBeLessThanOrEqual((spec.depthMm / 2 - 62 - 10) / 1000 + 0.001)
      }
    })
  })
})

describe.each(families)('a %s on the line', (family) => {
  it('is nothing before its body, grows with its stations and ends as the finished unit', () => {
    const [appliance] = fc.sample(anyOf(family), { numRuns: 1, seed: 9 })
    const model = modelOf(appliance!)
    const drawn = (done: BuildStage[] | null) =>
      model
        .plan(done && new Set(done))
        .map((plan) => plan.draw().meshes.reduce((sum, { data }) => sum + data.indices.length, 0))
        .reduce((sum, count) => sum + count, 0)
    expect(drawn([])).toBe(0)
    expect(drawn(['smart', 'complete'])).toBe(0)
    const own = { fridge: 'foam', washer: 'drum', oven: 'cavity' } as const
    const sizes = [
      drawn(['body']),
      drawn(['body', 'paint', own[family]]),
      drawn(['body', 'paint', own[family], 'cooling', 'smart']),
      drawn([...BUILD_STAGES]),
    ]
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
    expect(new Set(sizes).size).toBe(sizes.length)
    expect(sizes.at(-1)).toBe(drawn(null))
    expect(model.looks(new Set(['body'])).panel('upper_left').finish).toBe(
      appliance!.choices['finish'] === 'lacquer' ? 'bare' : appliance!.choices['finish'],
    )
  })
})
