/** What every family's builder gives: plans of parts that could be drawn, each with a key of exactly what it reads. */
import type { MeshData, MeshPen } from './mesh.ts'

/**
 * What draws a mesh: solid parts, what is only seen with doors open, glass, the coloured panel, lit pictures, and the
 * plate with the shopper's words.
 */
export type MeshRole = 'solid' | 'inside' | 'clear' | 'panel' | 'display' | 'engraved'

/**
 * How a part moves when the appliance opens: about its pivot's vertical axis, about its level axis (and then by some
 * metres under the appliance), or straight out.
 */
export type Motion =
  | { kind: 'swing'; radians: number }
  | { kind: 'drop'; radians: number; under: number }
  | { kind: 'slide'; metres: number }

/** Metres along x, y and z. */
export type Offset = readonly [x: number, y: number, z: number]

/** A drawn part. Vertices are relative to `pivot`. */
export interface Part {
  id: string
  pivot: Offset
  meshes: { role: MeshRole; data: MeshData }[]
}

/** A part that could be drawn. Two plans with the same id and key draw the same part. */
export interface PartPlan {
  id: string
  key: string
  /** The panel whose colour it takes, if any. */
  panel?: string
  motion?: Motion
  /** Where the part goes in the exploded view. */
  apart?: Offset
  pivot: Offset
  /** Only seen with the doors open, so it can wait. */
  isInside: boolean
  draw(): Part
}

/** Makes a key of everything a part reads. */
export const keyOf = (...inputs: unknown[]): string => JSON.stringify(inputs)

/** Finishes the pens that drew something into one part. */
export function partOf(id: string, pivot: Offset, pens: Partial<Record<MeshRole, MeshPen>>): Part {
  const meshes = (Object.entries(pens) as [MeshRole, MeshPen][])
    .filter(([, pen]) => !pen.isEmpty)
    .map(([role, pen]) => ({ role, data: pen.finish() }))
  return { id, pivot, meshes }
}
