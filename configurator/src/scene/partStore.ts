/** Keeps the drawn parts of one appliance and draws again only those whose inputs changed. */
import { Box3, BufferAttribute, BufferGeometry, Group, Mesh, Sphere, Vector3, type Material } from 'three'
import type { MeshRole, Motion, Part, PartPlan } from './fridge.ts'
import type { FrontId } from './layouts.ts'
import type { MeshData } from './mesh.ts'

interface Kept {
  key: string
  group: Group
  motion: Motion | undefined
  front: FrontId | undefined
  isInside: boolean
}

/** Gives the material of a mesh. */
export type MaterialFor = (role: MeshRole, front: FrontId | undefined) => Material

export interface PartStore {
  group: Group
  /** Takes new plans: drops parts that are gone or stale, draws outside parts at once, leaves insides waiting. */
  take(plans: readonly PartPlan[], materialFor: MaterialFor): void
  /** Inside parts still to be drawn; call each once, in any order, skip any. */
  waiting(): (() => void)[]
  /** Moves doors and drawers: 0 shut, 1 open. Insides are only visible above 0. */
  open(amount: number): void
  /** Gives the materials anew, after a change of colour or finish. */
  paint(materialFor: MaterialFor): void
  dispose(): void
}

/** Makes an empty store. */
export function createPartStore(): PartStore {
  const group = new Group()
  group.name = 'fridge'
  const kept = new Map<string, Kept>()
  let plans: readonly PartPlan[] = []
  let material: MaterialFor | undefined
  let opened = 0

  const drop = (id: string) => {
    const old = kept.get(id)
    if (!old) return
    kept.delete(id)
    group.remove(old.group)
    old.group.traverse((o) => (o as Mesh).geometry?.dispose())
  }
  const place = ({ group: g, motion, isInside }: Kept) => {
    g.visible = !isInside || opened > 0
    for (const mesh of g.children) mesh.castShadow = castsNow(mesh.userData['casts'] as Casts, opened > 0)
    if (motion?.kind === 'swing') g.rotation.y = motion.radians * opened
    if (motion?.kind === 'slide') g.position.z = (g.userData['z'] as number) + motion.metres * opened
  }
  const draw = (plan: PartPlan) => {
    if (kept.get(plan.id)?.key === plan.key) return
    drop(plan.id)
    const part = plan.draw()
    const { key, motion, front, isInside } = plan
    const entry: Kept = { key, motion, front, isInside, group: groupOf(part, front, material!) }
    entry.group.userData['z'] = part.pivot[2]
    kept.set(plan.id, entry)
    place(entry)
    group.add(entry.group)
  }
  const missing = () => plans.filter((plan) => kept.get(plan.id)?.key !== plan.key)

  return {
    group,
    take(next, materialFor) {
      plans = next
      material = materialFor
      const ids = new Set(next.map((plan) => plan.id))
      for (const id of kept.keys()) if (!ids.has(id)) drop(id)
      for (const plan of next) {
        if (plan.isInside) {
          if (kept.get(plan.id)?.key !== plan.key) drop(plan.id)
        } else draw(plan)
      }
      this.paint(materialFor)
    },
    waiting: () =>
      missing().map((plan) => () => {
        if (plans.includes(plan)) draw(plan)
      }),
    open(amount) {
      opened = amount
      for (const entry of kept.values()) place(entry)
    },
    paint(materialFor) {
      material = materialFor
      for (const { group: g, front } of kept.values())
        for (const mesh of g.children as Mesh[])
          mesh.material = materialFor(mesh.userData['role'] as MeshRole, front)
    },
    dispose() {
      for (const id of kept.keys()) drop(id)
    },
  }
}

const SEE_THROUGH: ReadonlySet<MeshRole> = new Set<MeshRole>(['clear', 'display'])

function groupOf(part: Part, front: FrontId | undefined, materialFor: MaterialFor): Group {
  const group = new Group()
  group.name = part.id
  group.position.set(...part.pivot)
  for (const { role, data } of part.meshes) {
    const mesh = new Mesh(geometryOf(data), materialFor(role, front))
    mesh.name = `${part.id}/${role}`
    mesh.userData['role'] = role
    limitShadow(mesh, data.casts)
    mesh.receiveShadow = !SEE_THROUGH.has(role)
    mesh.renderOrder = role === 'clear' ? 2 : 0
    group.add(mesh)
  }
  return group
}

/** Which triangles of a mesh throw a shadow: none, all, or only a handle standing proud of its front. */
type Casts = 'none' | 'all' | 'handle'

/** With the doors shut, fronts and cabinet shade nothing that can be seen; handles always do. */
const castsNow = (casts: Casts, isOpen: boolean): boolean => casts === 'handle' || (casts === 'all' && isOpen)

/** Notes what of a mesh throws a shadow and keeps the rest of it out of the shadow map. */
function limitShadow(mesh: Mesh, casts: MeshData['casts']): void {
  const kind: Casts = !casts ? 'none' : casts.count === mesh.geometry.index?.count ? 'all' : 'handle'
  mesh.userData['casts'] = kind
  if (!casts || kind !== 'handle') return
  mesh.onBeforeShadow = () => mesh.geometry.setDrawRange(casts.start, casts.count)
  mesh.onAfterShadow = () => mesh.geometry.setDrawRange(0, Infinity)
}

/** Wraps mesh data for the GPU without copying it. */
export function geometryOf(data: MeshData): BufferGeometry {
  const geometry = new BufferGeometry()
  geometry.setAttribute('position', new BufferAttribute(data.positions, 3))
  geometry.setAttribute('normal', new BufferAttribute(data.normals, 3))
  geometry.setAttribute('color', new BufferAttribute(data.colours, 3))
  geometry.setAttribute('uv', new BufferAttribute(data.uvs, 2))
  geometry.setAttribute('surface', new BufferAttribute(data.surfaces, 4, true))
  const small = data.positions.length / 3 < 65_536
  geometry.setIndex(new BufferAttribute(small ? new Uint16Array(data.indices) : data.indices, 1))
  const box = new Box3().setFromArray(data.positions)
  geometry.boundingSphere = new Sphere(box.getCenter(new Vector3()), box.getSize(new Vector3()).length() / 2)
  return geometry
}
