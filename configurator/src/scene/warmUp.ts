/** Compiles shaders before the first choice that needs them, one per idle slice. */
import { Group, Mesh, type Camera, type Scene, type WebGLRenderer } from 'three'
import type { Finishes } from './finish.ts'
import { FINISH_COLOURS, type FinishKind } from './layouts.ts'
import { MeshPen } from './mesh.ts'
import { geometryOf } from './partStore.ts'
import { box } from './solids.ts'

/**
 * Makes the slices that prepare what the first frame did not need: glass of the inside, the other finishes, displays.
 * Gives nothing once all have run.
 */
export function createWarmUp(
  renderer: WebGLRenderer,
  camera: Camera,
  scene: Scene,
  finishes: Finishes,
): () => (() => void)[] {
  const kinds: FinishKind[] = ['lacquer', 'steel', 'glass', 'wood_ready']
  let steps: (() => void)[] | undefined
  return () => {
    steps ??= [
      () => finishes.clear,
      () => finishes.display(),
      ...kinds.map((kind) => () => finishes.panel(kind, FINISH_COLOURS[kind])),
    ].map((materialOf) => () => {
      steps = steps!.slice(1)
      const pen = new MeshPen()
      box(pen.use('panel'), 0.01, 0.01, 0.01)
      const group = new Group()
      const mesh = new Mesh(geometryOf(pen.finish()), materialOf())
      mesh.receiveShadow = true
      group.add(mesh)
      void renderer.compileAsync(group, camera, scene).then(() => mesh.geometry.dispose())
    })
    return steps
  }
}
