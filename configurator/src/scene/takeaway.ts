/**
 * The appliance as a file for other programs: GLB (glTF 2.0 binary) and USDZ. Both are made from the part plans, not from
 * what the GPU holds: standard materials instead of our one shader, colours within 0..1, no texture coordinates where no
 * texture lies. Loaded only when somebody asks for a file.
 */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  Scene,
  type Material,
} from 'three'
import { GLTFExporter } from 'three/addons/exporters/GLTFExporter.js'
import { USDZExporter } from 'three/addons/exporters/USDZExporter.js'
import { linear, SURFACES, type MeshData, type Rgb, type SurfaceName } from './mesh.ts'
import type { Model } from './model.ts'
import type { MeshRole, PartPlan } from './parts.ts'
import { moveTo, type MaterialFor } from './partStore.ts'

/** `glb` opens nearly everywhere; `usdz` is what an iPhone stands in the room. */
export type ModelFormat = 'glb' | 'usdz'

/** The media type of a format. */
const types = { glb: 'model/gltf-binary', usdz: 'model/vnd.usdz+zip' } as const

/**
 * Makes the file of a whole appliance, standing on y = 0, metres, its front towards +z. Shut it has no insides; open the doors
 * stand open. The width is the ordered one. Back and top keep within what was ordered: they end up to 4 mm before it where the
 * thing itself does (a wall behind its hoses, the air above a casing, the grate of a hob). Handles, dials and rings stand proud of
 * the front. `materialFor` gives the panels', displays' and plate's materials, which are copied and keep their textures.
 */
export async function takeModel(
  model: Model,
  materialFor: MaterialFor,
  { format, isOpen }: { readonly format: ModelFormat; readonly isOpen: boolean },
): Promise<Blob> {
  const scene = sceneOf(model, materialFor, { isOpen, hasVertexColours: format === 'glb' })
  const bytes =
    format === 'glb'
      ? await new GLTFExporter().parseAsync(scene, { binary: true, trs: true })
      : await new USDZExporter().parseAsync(scene, { quickLookCompatible: true })
  scene.traverse((thing) => (thing as Mesh).geometry?.dispose())
  return new Blob([bytes as ArrayBuffer], { type: types[format] })
}

interface Way {
  readonly isOpen: boolean
  /** USDZ's preview material knows none: there a surface is split by colour instead. */
  readonly hasVertexColours: boolean
}

/** One drawn thing of the file: all triangles of one node that share a material. */
interface Lump {
  readonly material: Material
  readonly positions: number[]
  readonly normals: number[]
  readonly colours: number[]
  readonly uvs: number[]
  readonly indices: number[]
}

function sceneOf(model: Model, materialFor: MaterialFor, way: Way): Scene {
  const scene = new Scene()
  scene.name = 'appliance'
  const tone = linear(model.looks(null).tone)
  const materials = createMaterials(materialFor, way)
  const nodes = new Map<string, { plan: PartPlan; lumps: Map<string, Lump> }>()
  for (const plan of model.plan(null)) {
    if (plan.isInside && !way.isOpen) continue
    // What never moves is one node: few things to draw is what phones need.
    const key = plan.motion ? JSON.stringify([plan.pivot, plan.motion]) : ''
    const node = nodes.get(key) ?? { plan, lumps: new Map<string, Lump>() }
    nodes.set(key, node)
    const { pivot, meshes } = plan.draw()
    const shift = plan.motion ? ([0, 0, 0] as const) : pivot
    for (const { role, data } of meshes) pour(node.lumps, materials, { role, data, plan, shift, tone }, way)
  }
  for (const { plan, lumps } of nodes.values()) {
    const group = new Group()
    group.name = plan.motion ? plan.id : 'cabinet'
    if (plan.motion) moveTo(group, plan, way.isOpen ? 1 : 0, 0)
    for (const lump of lumps.values()) group.add(meshOf(lump, group.name, way))
    scene.add(group)
  }
  return scene
}

interface Poured {
  readonly role: MeshRole
  readonly data: MeshData
  readonly plan: PartPlan
  readonly shift: Rgb
  readonly tone: Rgb
}

/** Adds a mesh to the lumps of its node, one per material. */
function pour(
  lumps: Map<string, Lump>,
  materials: ReturnType<typeof createMaterials>,
  { role, data, plan, shift, tone }: Poured,
  { hasVertexColours }: Way,
): void {
  const isPlain = role === 'solid' || role === 'inside'
  for (const { surface, start, count } of data.spans) {
    const numbers = new Map<string, number>()
    const tint = SURFACES[surface].tone && isPlain ? tone : WHITE
    for (let i = start; i < start + count; i += 3) {
      const corners = [data.indices[i]!, data.indices[i + 1]!, data.indices[i + 2]!]
      const key = `${isPlain ? surface : `${role} ${plan.panel ?? ''}`}${
        isPlain && !hasVertexColours ? shadeOf(data.colours, corners, tint) : ''
      }`
      let lump = lumps.get(key)
      if (!lump) {
        const material = isPlain ? materials.plain(surface) : materials.own(role, plan.panel)
        lump = { material, positions: [], normals: [], colours: [], uvs: [], indices: [] }
        lumps.set(key, lump)
      }
      for (const corner of corners) {
        const id = `${key} ${corner}`
        let number = numbers.get(id)
        if (number === undefined) {
          number = lump.positions.length / 3
          numbers.set(id, number)
          copyVertex(data, corner, lump, shift, tint)
        }
        lump.indices.push(number)
      }
    }
  }
}

const WHITE: Rgb = [1, 1, 1]

function copyVertex(data: MeshData, from: number, to: Lump, shift: Rgb, tint: Rgb): void {
  const [nx, ny, nz] = [0, 1, 2].map((c) => data.normals[from * 3 + c]!) as [number, number, number]
  // A vertex whose faces cancel each other has no direction; any unit vector is as good.
  const length = Math.hypot(nx, ny, nz)
  to.normals.push(...(length > 0 ? [nx / length, ny / length, nz / length] : [0, 1, 0]))
  for (let c = 0; c < 3; c++) {
    to.positions.push(data.positions[from * 3 + c]! + shift[c]!)
    // Lamps shine beyond 1 on the stage; a file's colours end there.
    to.colours.push(Math.min(1, Math.max(0, data.colours[from * 3 + c]! * tint[c]!)))
  }
  to.uvs.push(data.uvs[from * 2]!, data.uvs[from * 2 + 1]!)
}

/** Names the shade of a triangle, one of six steps per channel as the eye counts them. */
function shadeOf(colours: Float32Array, corners: readonly number[], tint: Rgb): string {
  return [0, 1, 2]
    .map((c) => {
      const mean = corners.reduce((sum, corner) => sum + colours[corner * 3 + c]!, 0) / 3
      return Math.round(5 * Math.sqrt(Math.min(1, mean * tint[c]!)))
    })
    .join('')
}

function meshOf({ material, positions, normals, colours, uvs, indices }: Lump, node: string, way: Way): Mesh {
  const geometry = new BufferGeometry()
  const floats = (values: number[], size: number) => new BufferAttribute(new Float32Array(values), size)
  geometry.setAttribute('position', floats(positions, 3))
  geometry.setAttribute('normal', floats(normals, 3))
  if (isTextured(material)) geometry.setAttribute('uv', floats(uvs, 2))
  if ((material as MeshStandardMaterial).normalMap)
    geometry.setAttribute('tangent', floats(tangentsOf(normals), 4))
  const isSmall = positions.length / 3 < 65_535
  geometry.setIndex(new BufferAttribute(isSmall ? new Uint16Array(indices) : new Uint32Array(indices), 1))
  let look = material
  if (way.hasVertexColours) geometry.setAttribute('color', floats(colours, 3))
  else {
    look = material.clone()
    const mean = [0, 1, 2].map(
      (c) => colours.reduce((sum, v, k) => (k % 3 === c ? sum + v : sum), 0) / (colours.length / 3),
    ) as [number, number, number]
    const { color, emissive, emissiveMap } = look as MeshStandardMaterial
    color.multiply(new Color(...mean))
    if (!emissiveMap) emissive.multiply(new Color(...mean))
  }
  const mesh = new Mesh(geometry, look)
  mesh.name = `${node}-${material.name}`
  return mesh
}

/** Gives the direction in which u grows at each vertex, and the hand of v: the pen lays u along x, or along z on a side. */
function tangentsOf(normals: readonly number[]): number[] {
  const tangents: number[] = []
  for (let i = 0; i < normals.length; i += 3) {
    const n = [normals[i]!, normals[i + 1]!, normals[i + 2]!] as const
    const isSide = Math.abs(n[0]) > 0.72
    const isFlat = Math.abs(n[1]) > 0.72
    const along = isSide ? 2 : 0
    const t = [0, 1, 2].map((c) => (c === along ? 1 : 0) - n[along] * n[c]!)
    const length = Math.hypot(...t)
    const [x, y, z] = t.map((v) => v / length) as [number, number, number]
    // the third axis, across both, runs with v or against it
    const across = isFlat && !isSide ? n[0] * y - n[1] * x : n[2] * x - n[0] * z
    tangents.push(x, y, z, across < 0 ? -1 : 1)
  }
  return tangents
}

const isTextured = (material: Material): boolean => {
  const { map, normalMap, emissiveMap } = material as Partial<MeshStandardMaterial>
  return Boolean(map ?? normalMap ?? emissiveMap)
}

/** The file's materials, each made once. */
function createMaterials(materialFor: MaterialFor, { hasVertexColours }: Way) {
  const made = new Map<string, Material>()
  const once = (key: string, make: () => Material) => {
    const known = made.get(key)
    if (known) return known
    const material = make()
    made.set(key, material)
    return material
  }
  return {
    plain: (surface: SurfaceName) =>
      once(surface, () => {
        const { roughness, metalness, glow } = SURFACES[surface]
        if (!glow) return new MeshStandardMaterial({ name: surface, roughness, metalness })
        return hasVertexColours
          ? new MeshBasicMaterial({ name: surface })
          : new MeshStandardMaterial({ name: surface, color: '#000000', emissive: '#ffffff' })
      }),
    own(role: MeshRole, panel: string | undefined) {
      const source = materialFor(role, panel)
      return once(source.uuid, () => {
        if (role === 'display')
          return new MeshStandardMaterial({
            name: 'display',
            color: '#000000',
            roughness: 0.2,
            emissive: '#ffffff',
            emissiveMap: (source as MeshBasicMaterial).map,
          })
        const copy = source.clone() as MeshStandardMaterial
        copy.envMap = null
        copy.vertexColors = false
        copy.name = role === 'panel' ? `${source.name}-${copy.color.getHexString()}` : source.name
        return copy
      })
    },
  }
}
