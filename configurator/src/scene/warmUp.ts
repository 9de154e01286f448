/**
 * Compiles shaders off the main thread before a frame needs them. A frame whose shaders are missing waits for them
 * instead of stopping the page; what later choices may need is compiled while the page is idle.
 */
import {
  Group,
  Mesh,
  PerspectiveCamera,
  Scene,
  WebGLRenderTarget,
  type Camera,
  type Material,
  type WebGLRenderer,
} from 'three'
import type { Finishes } from './finish.ts'
import { FINISH_COLOURS, type FinishKind } from './layouts.ts'
import { MeshPen } from './mesh.ts'
import { geometryOf } from './partStore.ts'
import { box } from './solids.ts'
import { keyLight } from './studio.ts'

/** A shader by what it draws. */
export type ShaderName = 'solid' | 'clear' | 'display' | 'picture' | FinishKind

export interface WarmUp {
  /** Whether a frame that needs these shaders can be drawn without waiting. */
  isReady(names: readonly ShaderName[]): boolean
  /** Compiles what is missing; resolves when all are ready. */
  prepare(names: readonly ShaderName[]): Promise<void>
  /** Slices for idle time, one per shader nobody has asked for yet. */
  slices(): (() => void)[]
  /** Starts anew after a lost context. */
  forget(): void
}

const ALL: readonly ShaderName[] = [
  'solid',
  'lacquer',
  'clear',
  'steel',
  'display',
  'picture',
  'glass',
  'wood_ready',
]

/** Makes the warm-up of one renderer and its materials. */
export function createWarmUp(
  renderer: WebGLRenderer,
  camera: Camera,
  scene: Scene,
  finishes: Finishes,
): WarmUp {
  const compiling = new Map<ShaderName, Promise<void>>()
  const ready = new Set<ShaderName>()
  const materialOf = (name: ShaderName): Material => {
    if (name === 'solid' || name === 'clear') return finishes[name]
    if (name === 'picture') return finishes.engraved()
    return name === 'display' ? finishes.display() : finishes.panel(name, FINISH_COLOURS[name])
  }
  const start = (name: ShaderName): Promise<void> => {
    const known = compiling.get(name)
    if (known) return known
    const pen = new MeshPen()
    box(pen.use('panel'), 0.01, 0.01, 0.01)
    const sample = new Mesh(geometryOf(pen.finish()), materialOf(name))
    sample.receiveShadow = name !== 'clear' && name !== 'display'
    const compiled = renderer.compileAsync(new Group().add(sample), camera, scene).then(() => {
      sample.geometry.dispose()
      if (compiling.get(name) === compiled) ready.add(name)
    })
    compiling.set(name, compiled)
    return compiled
  }
  let castsShadows = false
  /**
   * Throws one shadow where nobody looks: `compile` leaves the shadow map's own shader out, and the first handle would
   * wait for it. Twice, because the renderer knows a scene's lights only after it has drawn it once.
   */
  const castOnce = () => {
    castsShadows = true
    const pen = new MeshPen()
    box(pen.use('panel'), 0.1, 0.1, 0.1)
    const caster = new Mesh(geometryOf(pen.finish()), finishes.solid)
    caster.castShadow = true
    const light = keyLight()
    light.shadow.mapSize.set(16, 16)
    const hidden = new Scene().add(light, light.target, caster)
    const away = new PerspectiveCamera(10, 1, 1, 2)
    away.position.z = 5
    away.rotation.y = Math.PI
    const target = new WebGLRenderTarget(1, 1)
    const { needsUpdate } = renderer.shadowMap
    renderer.setRenderTarget(target)
    for (let k = 0; k < 2; k++) {
      renderer.shadowMap.needsUpdate = true
      renderer.render(hidden, away)
    }
    renderer.setRenderTarget(null)
    renderer.shadowMap.needsUpdate = needsUpdate
    target.dispose()
    light.dispose()
    caster.geometry.dispose()
  }
  return {
    isReady: (names) => names.every((name) => ready.has(name)),
    prepare: async (names) => {
      await Promise.all(names.map(start))
    },
    slices: () => [
      // First: drawing behind a compiler at work would wait for it.
      ...(castsShadows ? [] : [castOnce]),
      ...ALL.filter((name) => !compiling.has(name)).map((name) => () => void start(name)),
    ],
    forget() {
      castsShadows = false
      compiling.clear()
      ready.clear()
    },
  }
}
