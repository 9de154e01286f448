/** The cabinet of the fridge: shell, front frame, plinth, feet, hinge covers and rear. */
import type { Front, FridgeSpec } from './layouts.ts'
import { DOOR_MM, PLINTH_MM } from './layouts.ts'
import { roomLight } from './lamps.ts'
import { MeshPen, metres } from './mesh.ts'
import { box, cavity, flat, slab } from './solids.ts'
import { lathe } from './turned.ts'

/** Gap between cabinet and door back, filled by the gasket. */
const BODY_GAP = 0.01
const WALL = 0.044
/** The shell starts this far above the floor and ends this far below the nominal height. */
const SHELL_LOW = 0.02
const SHELL_TOP = 0.018

/** The measures of the cabinet that fronts and insides share. Metres. */
export interface Cabinet {
  w: number
  h: number
  d: number
  /** Plane of the cabinet's front frame, and of the door backs. */
  zFrame: number
  zDoor: number
  bodyDepth: number
  compartments: Compartment[]
}

/** One hollow of the cabinet behind one row of fronts. Metres, by its middle. */
export interface Compartment {
  id: 'upper' | 'middle' | 'lower'
  fronts: readonly Front[]
  x: number
  y: number
  w: number
  h: number
  depth: number
}

/** Measures the cabinet behind the fronts. */
export function measureCabinet(spec: FridgeSpec, fronts: readonly Front[]): Cabinet {
  const [w, h, d] = [metres(spec.widthMm), metres(spec.heightMm), metres(spec.depthMm)]
  const zDoor = d / 2 - metres(DOOR_MM)
  const zFrame = zDoor - BODY_GAP
  const bodyDepth = d / 2 + zFrame
  const rows = [
    { id: 'upper' as const, fronts: fronts.filter((f) => f.id.startsWith('upper')) },
    { id: 'middle' as const, fronts: fronts.filter((f) => f.id === 'middle') },
    { id: 'lower' as const, fronts: fronts.filter((f) => f.id === 'lower') },
  ]
  const compartments = rows.flatMap((row): Compartment[] => {
    const [first] = row.fronts
    if (!first) return []
    const [y, rowHeight] = [metres(first.y), metres(first.h)]
    const top = Math.min(y + rowHeight / 2 - WALL * 0.8, h - SHELL_TOP - WALL)
    const bottom = y - rowHeight / 2 + WALL * 0.8
    const size = { w: w - 2 * WALL, h: top - bottom, depth: bodyDepth - 0.07 }
    return [{ ...row, x: 0, y: (top + bottom) / 2, ...size }]
  })
  return { w, h, d, zFrame, zDoor, bodyDepth, compartments }
}

/** Draws the cabinet's outside. `withCooling` adds what the cooling station mounts: plinth grille and rear unit. */
export function drawBody(
  spec: FridgeSpec,
  cabinet: Cabinet,
  fronts: readonly Front[],
  withCooling: boolean,
): MeshPen {
  const pen = new MeshPen().castFromHere()
  const { w, h, d, zFrame, bodyDepth } = cabinet
  pen.light = roomLight(h)
  const shellHeight = h - SHELL_LOW - SHELL_TOP
  const shellY = SHELL_LOW + shellHeight / 2
  pen.use('shell').at(0, shellY, zFrame - bodyDepth / 2 + 0.001)
  slab(pen, w - 0.003, shellHeight, bodyDepth - 0.002, {
    radii: 0.007,
    fillet: 0.0016,
    segments: 3,
    edges: 4,
    front: false,
  })
  frontFrame(pen, cabinet, shellY, shellHeight)

  // What shows through the gaps between fronts must be dark, or the gaps glow.
  pen.use('gasket', '#15161a')
  for (const front of fronts) {
    if (front.y + front.h / 2 > spec.heightMm - 20) continue
    pen.at(0, metres(front.y + front.h / 2) + 0.002, zFrame + 0.004)
    box(pen, w - 0.012, 0.022, 0.009, 'back')
  }

  plinth(pen, cabinet, withCooling)
  pen.use('plastic', '#1b1d20')
  for (const sx of [-1, 1])
    for (const sz of [-1, 1]) {
      pen.at(sx * (w / 2 - 0.06), 0, zFrame - bodyDepth / 2 + sz * (bodyDepth / 2 - 0.06))
      lathe(
        pen,
        [
          [0, 0],
          [0.021, 0],
          [0.021, 0.006],
          [0.012, 0.01],
          [0.012, 0.022],
        ],
        14,
      )
    }
  pen.use('trim', '#9a9da1')
  for (const front of fronts) {
    if (!front.id.startsWith('upper')) continue
    const side = front.hinge === 'left' ? -1 : 1
    pen.at(metres(front.x + side * (front.w / 2 - 52)), h - SHELL_TOP / 2, zFrame - 0.062, [
      'x',
      -Math.PI / 2,
    ])
    slab(pen, 0.09, 0.13, SHELL_TOP, {
      radii: 0.014,
      fillet: 0.006,
      segments: 4,
      filletSegments: 3,
      back: false,
    })
  }
  rear(pen, cabinet, d, withCooling)
  return pen
}

/** Draws the sheet-metal inside of a cabinet that has not been foamed: one bare hollow behind the frame. */
export function drawBareInside({ w, h, zFrame, bodyDepth }: Cabinet): MeshPen {
  const pen = new MeshPen()
  const height = h - SHELL_LOW - SHELL_TOP
  pen.use('shell').at(0, SHELL_LOW + height / 2, zFrame - 0.002)
  cavity(pen, w - 0.008, height - 0.006, bodyDepth - 0.008, {
    radius: 0.004,
    rearRadius: 0.006,
    fillet: 0.006,
    occlusion: 0.55,
  })
  return pen
}

/** The frame around the openings, as bands of flat rectangles. */
function frontFrame(
  pen: MeshPen,
  { w, zFrame, compartments }: Cabinet,
  shellY: number,
  shellHeight: number,
): void {
  // Outside the gaskets nothing may shine through the gap between door and cabinet.
  const rim = 0.011
  const [left, right] = [-w / 2 + 0.0025, w / 2 - 0.0025]
  const [low, high] = [shellY - shellHeight / 2 + 0.001, shellY + shellHeight / 2 - 0.001]
  pen.use('gasket', '#26282c').at(0, 0, zFrame - 0.0005)
  const bottom = metres(PLINTH_MM) + rim
  flat(pen, left, low, right, bottom)
  flat(pen, left, bottom, left + rim, high)
  flat(pen, right - rim, bottom, right, high)
  pen.use('liner', '#dfe2e4').at(0, 0, zFrame - 0.0005)
  let y = bottom
  for (const c of [...compartments].reverse()) {
    const [floor, ceiling] = [c.y - c.h / 2, c.y + c.h / 2]
    flat(pen, left + rim, y, right - rim, floor)
    flat(pen, left + rim, floor, c.x - c.w / 2, ceiling)
    flat(pen, c.x + c.w / 2, floor, right - rim, ceiling)
    y = ceiling
  }
  flat(pen, left + rim, y, right - rim, high)
}

function plinth(pen: MeshPen, { w, zFrame }: Cabinet, withGrille: boolean): void {
  const height = metres(PLINTH_MM) - 0.012
  pen.use('plastic', '#222427').at(0, height / 2 + 0.006, zFrame + 0.012)
  slab(pen, w - 0.024, height, 0.03, { radii: 0.003, fillet: 0.002, segments: 2, back: false })
  if (!withGrille) return
  pen.use('plastic', '#08090a')
  for (let k = 0; k < 7; k++) {
    pen.at(0, 0.016 + k * 0.0046, zFrame + 0.0272)
    flat(pen, -w * 0.36, 0, w * 0.36, 0.0019)
  }
}

/** Seen only by who turns the fridge round: a zinc plate, and the slotted cover of the cooling unit. */
function rear(pen: MeshPen, { w, h }: Cabinet, d: number, withCooling: boolean): void {
  pen.use('plastic', '#8f9296').at(0, h * 0.56, -d / 2 + 0.0005, ['y', Math.PI])
  flat(pen, -w / 2 + 0.03, -h * 0.4, w / 2 - 0.03, h * 0.4)
  if (!withCooling) return
  pen.use('plastic', '#2a2c30').at(0, 0.13, -d / 2 + 0.0005, ['y', Math.PI])
  flat(pen, -w / 2 + 0.03, -0.09, w / 2 - 0.03, 0.09)
  pen.use('plastic', '#0b0c0d').at(0, 0.13, -d / 2 + 0.0001, ['y', Math.PI])
  for (let k = 0; k < 9; k++) flat(pen, -w * 0.38, -0.07 + k * 0.016, w * 0.38, -0.064 + k * 0.016)
}
