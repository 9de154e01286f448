/** Light that is baked into vertices: the room on large surfaces, strip lamps on the inside. */
import type { FridgeSpec } from './layouts.ts'
import type { BakedLight, Rgb } from './mesh.ts'

/** The room's light on a large surface: a little less towards the floor and towards the far side. */
export function roomLight(height: number): BakedLight {
  const light: [number, number, number] = [1, 1, 1]
  return (x, y) => {
    const low = Math.max(0, 1 - y / height)
    const level = 1.02 - 0.15 * low * low - 0.03 * Math.abs(x)
    light[0] = light[1] = light[2] = level
    return light
  }
}

/** A strip lamp: its middle, half its length along x or y, power and colour. Metres. */
export interface Lamp {
  x: number
  y: number
  z: number
  halfX: number
  halfY: number
  power: number
  colour: Rgb
}

/** Light of a few strip lamps, without shadows: good enough for a white box and free at drawing time. */
export function lampLight(ambient: number, lamps: readonly Lamp[], reach: number): BakedLight {
  /** How far the nearest point of a lamp lies along one axis. */
  const along = (at: number, half: number, p: number) =>
    p < at - half ? at - half - p : p > at + half ? at + half - p : 0
  const scale = reach * 0.75
  const light: [number, number, number] = [1, 1, 1]
  return (x, y, z, nx, ny, nz) => {
    let r = ambient
    let g = ambient
    let b = ambient
    for (const lamp of lamps) {
      const dx = along(lamp.x, lamp.halfX, x)
      const dy = along(lamp.y, lamp.halfY, y)
      const dz = lamp.z - z
      const d = Math.sqrt(dx * dx + dy * dy + dz * dz) + 0.02
      const facing = Math.max(0, (dx * nx + dy * ny + dz * nz) / d) * 0.75 + 0.25
      const far = d / scale
      const s = (lamp.power * facing) / (0.55 + far * far)
      r += s * lamp.colour[0]
      g += s * lamp.colour[1]
      b += s * lamp.colour[2]
    }
    light[0] = r
    light[1] = g
    light[2] = b
    return light
  }
}

const WARM_WHITE: Rgb = [1, 0.985, 0.955]

/** The lamps of a compartment: one strip above, and coloured strips at the sides with ambient light. */
export function lampsOf(
  spec: FridgeSpec,
  c: { id: string; x: number; y: number; w: number; h: number },
  zFrame: number,
): Lamp[] {
  const top = { x: c.x, y: c.y + c.h / 2 - 0.02, z: zFrame - 0.08, halfX: c.w * 0.38, halfY: 0 }
  if (spec.light === 'led' || c.id !== 'upper') return [{ ...top, power: 0.5, colour: WARM_WHITE }]
  const side = { y: c.y, z: zFrame - 0.06, halfX: 0, halfY: c.h * 0.36, power: 0.55 }
  return [
    { ...top, power: 0.3, colour: WARM_WHITE },
    { ...side, x: c.x - c.w / 2, colour: [0.34, 0.22, 1.15] },
    { ...side, x: c.x + c.w / 2, colour: [0.1, 0.95, 0.9] },
  ]
}
