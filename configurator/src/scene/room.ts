/**
 * A kitchen to stand an appliance in, made to its measure: tall units and a worktop run around a fridge, a worktop over
 * a washer, a tall unit around an oven. One mesh, one draw call and one for its shadows.
 */
import { Group, Mesh, type Material } from 'three'
import type { View } from './camera.ts'
import { seeded } from './groceries.ts'
import { MeshPen } from './mesh.ts'
import type { Model } from './model.ts'
import { geometryOf } from './partStore.ts'
import { decorate } from './roomThings.ts'
import { box, flat, slab } from './solids.ts'
import { sweep } from './turned.ts'

const COLOURS = {
  wall: '#e4dfd5',
  front: '#a39a8a',
  inner: '#1d1c1b',
  plinth: '#4b4740',
  top: '#e9e5dd',
  metal: '#c9cbcc',
}
const PLINTH = 0.1
const FRONT = 0.02
const GAP = 0.003
/** Height of a worktop's surface and its thickness. */
const WORKTOP = 0.91
const STONE = 0.03
/** How far a run reaches beyond what it stands beside. */
const RUN = 0.6

/** Where everything stands around one appliance. */
export interface RoomPlan {
  /** How high the appliance stands above the floor. */
  readonly lift: number
  /** Rear wall, and the front plane of the units. */
  readonly zWall: number
  readonly zFront: number
  /** Height of the tall units. */
  readonly tall: number
  readonly worktop: number
}

/** Measures the room. */
export function planRoom({ size: [, h, d], seat, rim }: Model): RoomPlan {
  const zWall = -d / 2 - 0.02
  return {
    lift: seat === 'tower' ? 0.73 : seat === 'range' ? Math.max(0, WORKTOP - rim) : 0,
    zWall,
    zFront: Math.min(d / 2 - 0.05, zWall + 0.62),
    tall: Math.max(2.2, h + 0.26),
    worktop: seat === 'worktop' && h < WORKTOP ? h + STONE + 0.012 : WORKTOP,
  }
}

/** Looks at the appliance in its kitchen, doors shut or open. */
export function roomView(model: Model, isOpen: boolean): View {
  const { size, side, seat } = model
  const [w, h, d] = size
  const { lift, tall } = planRoom(model)
  const around = seat === 'niche' ? 0.62 : seat === 'worktop' ? 0.62 : 0.85
  return {
    min: [-w / 2 - around + (side > 0 ? 0.2 : 0), lift > 0.3 ? 0.3 : 0, -d / 2],
    max: [
      w / 2 + around - (side < 0 ? 0.2 : 0),
      seat === 'worktop' || seat === 'range' ? lift + h + 0.6 : lift > 0.3 ? lift + h + 0.55 : tall - 0.05,
      d / 2 + (isOpen ? 0.3 : 0),
    ],
    yaw: side * 0.36,
    pitch: lift > 0 ? 0.05 : 0.07,
    fill: 1,
  }
}

export interface Room {
  readonly group: Group
  /** Builds the kitchen of a model when it was not built for this size before; null leaves the studio. */
  show(model: Model | null): void
  dispose(): void
}

/** Makes a room that is not built yet. */
export function createRoom(material: Material): Room {
  const group = new Group()
  group.name = 'room'
  let key = ''
  const clear = () => {
    for (const mesh of group.children as Mesh[]) mesh.geometry.dispose()
    group.clear()
  }
  return {
    group,
    show(model) {
      group.visible = model !== null
      if (!model) return
      const next = JSON.stringify([model.size, model.side, model.seat])
      if (next === key) return
      key = next
      clear()
      for (const [name, pen] of Object.entries(drawRoom(model))) {
        const mesh = new Mesh(geometryOf(pen.finish()), material)
        mesh.name = `room/${name}`
        mesh.castShadow = name === 'units'
        mesh.receiveShadow = true
        group.add(mesh)
      }
    },
    dispose: clear,
  }
}

/** Draws a kitchen: the walls and floor, and what stands in front of them. */
export function drawRoom(model: Model): { walls: MeshPen; units: MeshPen } {
  const plan = planRoom(model)
  const walls = new MeshPen()
  const units = new MeshPen()
  wall(walls, plan)
  planks(walls, plan)
  const { size, side, seat } = model
  const half = size[0] / 2 + 0.004
  const kit = { pen: units, plan }
  if (seat === 'worktop' || seat === 'range') {
    if (seat === 'range' && plan.lift > 0.02) foot(kit, half, plan.lift)
    lowRun(kit, half, half + 1.5)
    lowRun(kit, -half - 1.5, -half)
    if (seat === 'worktop' && size[1] < plan.worktop) stone(kit, -half - 1.5, half + 1.5)
    else
      for (const s of [-1, 1])
        stone(kit, ...(s > 0 ? ([half, half + 1.5] as const) : ([-half - 1.5, -half] as const)))
    const isClear = seat === 'worktop' && size[1] < plan.worktop
    decorate(units, { from: -half - 1.3, to: half + 1.3, y: plan.worktop, zWall: plan.zWall }, isClear)
    return { walls, units }
  }
  // Tall units on the far side, a worktop on the near one, so that the appliance's side can be seen.
  const far = (a: number, b: number): [number, number] => (side > 0 ? [-b, -a] : [a, b])
  const near = (a: number, b: number): [number, number] => (side > 0 ? [a, b] : [-b, -a])
  if (seat === 'tower') tower(kit, half, plan.lift, plan.lift + size[1])
  else bridge(kit, half, size[1])
  const edge = half + 0.02
  for (const k of [0, 1]) tallUnit(kit, ...far(edge + k * RUN, edge + (k + 1) * RUN))
  if (seat === 'tower') tallUnit(kit, ...near(edge, edge + RUN))
  const start = seat === 'tower' ? edge + RUN : edge
  const run = near(start, start + 1.8)
  lowRun(kit, ...run)
  stone(kit, ...run)
  decorate(units, { from: run[0] + 0.12, to: run[1] - 0.12, y: plan.worktop, zWall: plan.zWall }, true)
  return { walls, units }
}

interface Kit {
  pen: MeshPen
  plan: RoomPlan
}

/** One front with its dark inside behind the gap and a slim bar to pull. */
function front(
  { pen, plan }: Kit,
  x0: number,
  x1: number,
  y0: number,
  y1: number,
  pull: 'top' | 'left' | 'right',
): void {
  const [w, h] = [x1 - x0 - GAP, y1 - y0 - GAP]
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2]
  pen.use('liner', COLOURS.front).at(x, y, plan.zFront - FRONT / 2)
  slab(pen, w, h, FRONT, {
    radii: 0.002,
    fillet: 0.0016,
    segments: 2,
    filletSegments: 2,
    back: false,
    sideShade: 0.5,
  })
  const length = Math.min(0.26, (pull === 'top' ? w : h) * 0.5)
  const inset = 0.045
  pen.use('satin', COLOURS.metal)
  if (pull === 'top') pen.at(x, y1 - inset, plan.zFront, ['z', Math.PI / 2])
  else
    pen.at(
      pull === 'left' ? x0 + inset : x1 - inset,
      y0 < 0.5 && y1 > 1 ? y1 - inset - length / 2 : y0 < 0.5 ? y1 - 0.2 : y0 + inset + length / 2,
      plan.zFront,
    )
  const [half, out] = [length / 2, 0.026]
  sweep(
    pen,
    [
      [-half, 0],
      [-half, out],
      [half, out],
      [half, 0],
    ],
    0.009,
    0.009,
    0.003,
    2,
  )
}

function carcass({ pen, plan }: Kit, x0: number, x1: number, y0: number, y1: number): void {
  const deep = plan.zFront - FRONT - plan.zWall
  pen.use('plastic', COLOURS.inner).at((x0 + x1) / 2, (y0 + y1) / 2, plan.zFront - FRONT - 0.003)
  flat(pen, (x0 - x1) / 2, (y0 - y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2)
  pen.use('liner', COLOURS.front).at((x0 + x1) / 2, (y0 + y1) / 2, plan.zWall + deep / 2)
  box(pen, x1 - x0, y1 - y0, deep, 'front back bottom')
}

function plinth({ pen, plan }: Kit, x0: number, x1: number): void {
  pen.use('plastic', COLOURS.plinth).at((x0 + x1) / 2, PLINTH / 2, plan.zFront - 0.05)
  flat(pen, (x0 - x1) / 2, -PLINTH / 2, (x1 - x0) / 2, PLINTH / 2)
}

function tallUnit(kit: Kit, x0: number, x1: number): void {
  const { tall } = kit.plan
  carcass(kit, x0, x1, PLINTH, tall)
  plinth(kit, x0, x1)
  const split = Math.min(1.36, tall - 0.7)
  const pull = x0 < 0 ? 'right' : 'left'
  front(kit, x0, x1, PLINTH, split, pull)
  front(kit, x0, x1, split, tall, pull)
}

/** The unit over a fridge and the panels beside it. */
function bridge(kit: Kit, half: number, height: number): void {
  const { pen, plan } = kit
  const low = height + 0.035
  for (const s of [-1, 1]) {
    pen.use('liner', COLOURS.front).at(s * (half + 0.01), plan.tall / 2, (plan.zWall + plan.zFront) / 2)
    box(pen, 0.02, plan.tall, plan.zFront - plan.zWall, 'back')
  }
  carcass(kit, -half, half, low, plan.tall)
  front(kit, -half, 0, low, plan.tall, 'right')
  front(kit, 0, half, low, plan.tall, 'left')
  // Behind the appliance it is dark.
  pen.use('plastic', '#2b2926').at(0, low / 2, plan.zWall + 0.004)
  flat(pen, -half, -low / 2, half, low / 2)
  pen.use('plastic', '#24211e').at(0, low, plan.zWall + 0.2, ['x', Math.PI / 2])
  flat(pen, -half, -0.4, half, 0.2)
}

/** What a range stands on. */
function foot(kit: Kit, half: number, high: number): void {
  const low = Math.min(PLINTH, high * 0.5)
  carcass(kit, -half, half, low, high - 0.002)
  plinth(kit, -half, half)
  if (high - low > 0.08) front(kit, -half, half, low, high - 0.004, 'top')
}

/** The tall unit around a built-in oven: a pull-out below, a door above. */
function tower(kit: Kit, half: number, low: number, high: number): void {
  const { pen, plan } = kit
  for (const s of [-1, 1]) {
    pen
      .use('liner', COLOURS.front)
      .at(s * (half + 0.01), (plan.tall + PLINTH) / 2, (plan.zWall + plan.zFront) / 2)
    box(pen, 0.02, plan.tall - PLINTH, plan.zFront - plan.zWall, 'back')
  }
  plinth(kit, -half - 0.02, half + 0.02)
  carcass(kit, -half, half, PLINTH, low - 0.004)
  const middle = PLINTH + (low - PLINTH) * 0.5
  front(kit, -half, half, PLINTH, middle, 'top')
  front(kit, -half, half, middle, low - 0.004, 'top')
  carcass(kit, -half, half, high + 0.006, plan.tall)
  front(kit, -half, half, high + 0.006, plan.tall, 'top')
  pen.use('plastic', '#1a1816').at(0, (low + high) / 2, plan.zWall + 0.004)
  flat(pen, -half, (low - high) / 2 - 0.01, half, (high - low) / 2 + 0.01)
}

function lowRun(kit: Kit, x0: number, x1: number): void {
  const high = kit.plan.worktop - STONE - 0.004
  const count = Math.max(1, Math.round((x1 - x0) / RUN))
  const w = (x1 - x0) / count
  carcass(kit, x0, x1, PLINTH, high)
  plinth(kit, x0, x1)
  for (let k = 0; k < count; k++) {
    const [a, b] = [x0 + k * w, x0 + (k + 1) * w]
    if (k % 2 === 0) {
      front(kit, a, b, PLINTH, PLINTH + (high - PLINTH) * 0.55, 'top')
      front(kit, a, b, PLINTH + (high - PLINTH) * 0.55, high, 'top')
    } else front(kit, a, b, PLINTH, high, 'top')
  }
}

/** The worktop with its upstand against the wall. */
function stone({ pen, plan }: Kit, x0: number, x1: number): void {
  const deep = plan.zFront + 0.02 - plan.zWall
  pen
    .use('dark', COLOURS.top)
    .at((x0 + x1) / 2, plan.worktop - STONE / 2, plan.zWall + deep / 2, ['x', -Math.PI / 2])
  slab(pen, x1 - x0, deep, STONE, { fillet: 0.002, segments: 1, filletSegments: 2, edges: 6 })
  pen.use('dark', COLOURS.top).at((x0 + x1) / 2, plan.worktop + 0.28, plan.zWall + 0.006)
  slab(pen, x1 - x0, 0.56, 0.012, { fillet: 0.001, segments: 1, filletSegments: 1, edges: 4, back: false })
}

/** A plastered wall, lit from the left, a little darker towards floor and ceiling. */
function wall(pen: MeshPen, { zWall }: RoomPlan): void {
  const [width, height, nx, ny] = [14, 4, 14, 8]
  pen.use('gasket', COLOURS.wall).at(0, 0, zWall)
  const put = (i: number, j: number) => {
    const [x, y] = [(i / nx - 0.5) * width, (j / ny) * height]
    const side = 1 - 0.06 * Math.abs(x + 1.2)
    const low = 1 - 0.22 * Math.exp(-y * 2.4)
    return pen.vertex(x, y, 0, 0, 0, 1, Math.max(0.55, side * low))
  }
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++) pen.quad(put(i, j), put(i + 1, j), put(i + 1, j + 1), put(i, j + 1))
  pen.use('liner', '#efebe3').at(0, 0.04, zWall + 0.008)
  box(pen, width, 0.08, 0.014, 'back bottom left right')
}

/** Oak boards, each in a tone of its own, darker where the units throw their shade. */
function planks(pen: MeshPen, { zWall, zFront }: RoomPlan): void {
  const random = seeded(31)
  const [half, wide, rows] = [5.5, 0.16, 34]
  const seam = 0.0016
  for (let row = 0; row < rows; row++) {
    const z = zWall + row * wide
    let x = -half - random() * 1.4
    while (x < half) {
      const long = 1.2 + random() * 0.9
      const tone = Math.floor(random() * 4)
      pen
        .use('wood', ['#b99a74', '#c2a580', '#ad8d67', '#bc9f7c'][tone])
        .at(0, -0.002, 0, ['x', -Math.PI / 2])
      const shade = (at: number) => {
        const off = at - (zFront - 0.06)
        return off < 0 ? 0.42 : 1 - 0.5 * Math.exp(-off * 6)
      }
      const put = (px: number, pz: number) => pen.vertex(px, -pz, 0, 0, 0, 1, shade(pz))
      const [z0, z1] = [z + seam, z + wide - seam]
      pen.quad(put(x + seam, z1), put(x + long - seam, z1), put(x + long - seam, z0), put(x + seam, z0))
      x += long
    }
  }
  pen.use('wood', '#6f583f').at(0, -0.0026, zWall + (rows * wide) / 2, ['x', -Math.PI / 2])
  flat(pen, -half - 2, (-rows * wide) / 2, half + 2, (rows * wide) / 2)
}
