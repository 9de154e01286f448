/** The hob on an oven: a glass plate with its zones, or burners under cast-iron grates. */
import { MeshPen, metres } from './mesh.ts'
import { HOB, type OvenFront, type OvenSpec } from './ovenSpec.ts'
import { box, flat, slab } from './solids.ts'
import { lathe } from './turned.ts'

/** Draws the hob on top. */
export function drawHob(spec: OvenSpec, front: OvenFront): MeshPen {
  const pen = new MeshPen().castFromHere()
  const [w, d] = [metres(spec.widthMm), metres(spec.depthMm)]
  const top = metres(front.top)
  const zones = zonesOf(w, d)
  if (spec.hob === 'induction') {
    const high = metres(HOB.induction) - 0.001
    pen.use('black_glass', '#0d0e10').at(0, top + high / 2, 0, ['x', -Math.PI / 2])
    slab(pen, w - 0.001, d - 0.001, high, {
      radii: 0.006,
      fillet: 0.003,
      segments: 5,
      filletSegments: 3,
      edges: 6,
    })
    pen.use('led', '#3a4047')
    for (const { x, z, r } of zones) {
      pen.at(x, top + high + 0.0004, z)
      lathe(
        pen,
        [
          [r, 0],
          [r - 0.0022, 0],
        ],
        48,
      )
      pen.at(x, top + high + 0.0004, z, ['x', -Math.PI / 2])
      flat(pen, -0.012, -0.0007, 0.012, 0.0007)
      flat(pen, -0.0007, -0.012, 0.0007, 0.012)
    }
    pen.use('led', '#ff7a4d').at(0, top + high + 0.0005, d / 2 - 0.035, ['x', -Math.PI / 2])
    for (let k = 0; k < 5; k++) flat(pen, (k - 2) * 0.035 - 0.008, -0.0012, (k - 2) * 0.035 + 0.008, 0.0012)
    return pen
  }
  pen.use('satin', '#a9adb1').at(0, top + 0.007, 0, ['x', -Math.PI / 2])
  slab(pen, w - 0.001, d - 0.001, 0.014, {
    radii: 0.006,
    fillet: 0.004,
    segments: 5,
    filletSegments: 3,
    edges: 4,
  })
  for (const { x, z, r } of zones) {
    pen.use('dark', '#2b2d30').at(x, top + 0.014, z)
    lathe(
      pen,
      [
        [r * 0.62, 0],
        [r * 0.62, 0.006],
        [r * 0.52, 0.01],
        [r * 0.5, 0.018],
        [r * 0.42, 0.021],
        [0, 0.021],
      ],
      20,
    )
    pen.use('gasket', '#1a1b1d')
    for (let k = 0; k < 4; k++) {
      const a = (k / 4) * Math.PI * 2 + Math.PI / 4
      pen.at(x + Math.cos(a) * r * 0.72, top + 0.052, z + Math.sin(a) * r * 0.72, ['y', -a])
      box(pen, r * 0.9, 0.012, 0.01)
      pen.at(x + Math.cos(a) * r * 1.1, top + 0.033, z + Math.sin(a) * r * 1.1)
      box(pen, 0.01, 0.038, 0.01)
    }
    pen.at(x, top + 0.046, z)
    lathe(
      pen,
      [
        [r * 1.16, 0],
        [r * 1.16, 0.012],
        [r * 1.06, 0.012],
        [r * 1.06, 0],
      ],
      24,
    )
  }
  return pen
}

function zonesOf(w: number, d: number): { x: number; z: number; r: number }[] {
  const r = Math.min(0.1, d * 0.17, w * 0.19)
  const [dx, dz] = [w * 0.25, d * 0.22]
  const four = [
    { x: -dx, z: -dz, r: r * 0.86 },
    { x: dx, z: -dz, r },
    { x: -dx, z: dz, r },
    { x: dx, z: dz, r: r * 0.76 },
  ]
  return w < 0.75
    ? four
    : [...four.map((zone) => ({ ...zone, x: zone.x * 1.28 })), { x: 0, z: 0, r: r * 1.1 }]
}
