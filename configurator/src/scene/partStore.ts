/** Keeps the drawn parts of one appliance and draws again only those whose inputs changed. */
import { Box3, BufferAttribute, BufferGeometry, Group, Mesh, Sphere, Vector3, type Material } from 'three'
import type { MeshData } from './mesh.ts'
import type { MeshRole, Part, PartPlan } from './parts.ts'

interface Kept {
  /** Where it belongs and what it is; of a stand-in those of the part it stands in for. */
  plan: PartPlan
  /** Of what has been drawn. */
  key: string
  group: Group
}

/** Gives the material of a mesh. */
export type MaterialFor = (role: MeshRole, panel: string | undefined) => Material

export interface PartStore {
  group: Group
  /**
   * Takes new plans: drops parts that are gone, draws outside parts at once, leaves insides waiting. Until an inside is drawn, the
   * one it replaces stands in for it at its place.
   * @returns whether an outside part was drawn
   */
  take(plans: readonly PartPlan[], materialFor: MaterialFor): boolean
  /** Inside parts still to be drawn, first those that nothing stands in for; call each once, in any order, skip any. */
  waiting(): (() => void)[]
  /** Whether every part that is still to be drawn has another one that stands in for it. */
  hasStandIns(): boolean
  /**
   * Moves doors and drawers (0 shut, 1 open) and takes everything apart (0 together, 1 apart). Insides are only
   * visible when one of both is above 0.
   */
  move(open: number, apart: number): void
  /** Gives the materials anew, after a change of colour or finish. */
  paint(materialFor: MaterialFor): void
  dispose(): void
}

/** Makes an empty store. */
export function createPartStore(): PartStore {
  const group = new Group()
  group.name = 'appliance'
  const kept = new Map<string, Kept>()
  let plans: readonly PartPlan[] = []
  let material: MaterialFor | undefined
  let opened = 0
  let parted = 0

  const drop = (id: string) => {
    const old = kept.get(id)
    if (!old) return
    kept.delete(id)
    group.remove(old.group)
    old.group.traverse((o) => (o as Mesh).geometry?.dispose())
  }
  const place = ({ group: g, plan }: Kept) => {
    const shows = opened > 0 || parted > 0
    g.visible = !plan.isInside || shows
    for (const mesh of g.children) mesh.castShadow = castsNow(mesh.userData['casts'] as Casts, shows)
    moveTo(g, plan, opened, parted)
  }
  const draw = (plan: PartPlan): boolean => {
    if (kept.get(plan.id)?.key === plan.key) return false
    drop(plan.id)
    const entry: Kept = { plan, key: plan.key, group: groupOf(plan.draw(), plan.panel, material!) }
    kept.set(plan.id, entry)
    place(entry)
    group.add(entry.group)
    return true
  }
  const missing = () => plans.filter((plan) => kept.get(plan.id)?.key !== plan.key)

  return {
    group,
    take(next, materialFor) {
      plans = next
      material = materialFor
      const ids = new Set(next.map((plan) => plan.id))
      for (const id of kept.keys()) if (!ids.has(id)) drop(id)
      let hasDrawn = false
      for (const plan of next) {
        const old = kept.get(plan.id)
        if (old) old.plan = plan
        if (!plan.isInside && draw(plan)) hasDrawn = true
      }
      this.paint(materialFor)
      return hasDrawn
    },
    waiting: () =>
      missing()
        .toSorted((a, b) => Number(kept.has(a.id)) - Number(kept.has(b.id)))
        .map((plan) => () => {
          if (plans.includes(plan)) draw(plan)
        }),
    hasStandIns: () => missing().every((plan) => kept.has(plan.id)),
    move(open, apart) {
      opened = open
      parted = apart
      for (const entry of kept.values()) place(entry)
    },
    paint(materialFor) {
      material = materialFor
      for (const { group: g, plan } of kept.values())
        for (const mesh of g.children as Mesh[])
          mesh.material = materialFor(mesh.userData['role'] as MeshRole, plan.panel)
    },
    dispose() {
      for (const id of kept.keys()) drop(id)
    },
  }
}

/** Moves a part: 0 shut and together, 1 open and apart. */
export function moveTo(
  group: Group,
  { pivot, motion, apart }: PartPlan,
  opened: number,
  parted: number,
): void {
  const [x, y, z] = apart ?? [0, 0, 0]
  group.position.set(pivot[0] + x * parted, pivot[1] + y * parted, pivot[2] + z * parted)
  if (motion?.kind === 'swing') group.rotation.y = motion.radians * opened
  if (motion?.kind === 'drop') {
    // First it comes down, then it goes under.
    const share = motion.under > 0 ? 0.62 : 1
    group.rotation.x = motion.radians * Math.min(1, opened / share)
    group.position.z -= motion.under * Math.max(0, (opened - share) / (1 - share || 1))
  }
  if (motion?.kind === 'slide') group.position.z += motion.metres * opened
}

const SEE_THROUGH: ReadonlySet<MeshRole> = new Set<MeshRole>(['clear', 'display'])

function groupOf(part: Part, panel: string | undefined, materialFor: MaterialFor): Group {
  const group = new Group()
  group.name = part.id
  for (const { role, data } of part.meshes) {
    const mesh = new Mesh(geometryOf(data), materialFor(role, panel))
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
