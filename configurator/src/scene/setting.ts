/** What stands on the stage: the appliance in its parts, light, floor, lines, and the kitchen when it is asked for. */
import { Scene, type DirectionalLight, type WebGLRenderer, type WebGLRenderTarget } from 'three'
import { createFinishes, type Finishes } from './finish.ts'
import { createFloor } from './floor.ts'
import type { Done, Model } from './model.ts'
import { createOverlay } from './overlay.ts'
import type { WriteLength } from './overlay.ts'
import type { PartPlan } from './parts.ts'
import { createPartStore, type MaterialFor } from './partStore.ts'
import type { PrintedPicture } from './print.ts'
import { createRoom, planRoom } from './room.ts'
import { bakeStudio, keyLight, reachOf, SHADOW_SIZE, STUDIO_SIZE } from './studio.ts'
import type { ShaderName } from './warmUp.ts'

/** Everything that decides what stands there. */
export interface Wish {
  readonly model: Model
  readonly done: Done
  readonly picture: PrintedPicture | null
  /** How lengths are written beside the appliance; null: not at all. */
  readonly dimensions: WriteLength | null
  readonly isInRoom: boolean
}

export interface Setting {
  readonly scene: Scene
  readonly light: DirectionalLight
  readonly finishes: Finishes
  /**
   * Brings everything up to a wish; draws again only the parts whose inputs changed. `onChange`: a typeface arrived.
   * @returns whether an outside part was drawn
   */
  take(wish: Wish, onChange: () => void): boolean
  /** Moves doors and parts: 0 shut and together, 1 open and apart. */
  move(open: number, apart: number): void
  /** Gives the materials of a wish that has been taken. */
  materialFor(wish: Wish): MaterialFor
  /** The shaders that a frame of it needs. */
  shaders(showsInside: boolean): ShaderName[]
  /** Inside parts still to be drawn, first those that nothing stands in for; call each once. */
  waiting(): (() => void)[]
  /** Whether there is something to look at in the place of each of them. */
  hasStandIns(): boolean
  /** Keeps labels at a constant size on a canvas of this many CSS pixels height. */
  scaleTo(cssHeight: number, lensDegrees: number): void
  /** Makes anew what a lost context has lost. */
  renew(): void
  textureBytes(): number
  dispose(): void
}

/** Builds the setting of one renderer. */
export function createSetting(renderer: WebGLRenderer): Setting {
  const scene = new Scene()
  const light = keyLight()
  const floor = createFloor()
  const overlay = createOverlay()
  const parts = createPartStore()
  const finishes = createFinishes()
  const room = createRoom(finishes.room)
  let studio: WebGLRenderTarget
  const bake = () => {
    studio = bakeStudio(renderer)
    finishes.setEnvironment(studio.texture)
  }
  bake()
  scene.add(light, light.target, floor.mesh, parts.group, overlay.group, room.group)
  let shaders: ShaderName[] = []
  let footprint: readonly [number, number] = [1, 1]

  const materialFor =
    ({ model, done, picture }: Wish): MaterialFor =>
    (role, panel) => {
      if (role === 'display') return finishes.display()
      if (role === 'engraved') return finishes.engraved()
      if (role !== 'panel') return finishes[role]
      const { finish, colour } = model.looks(done).panel(panel!)
      if (picture && canPrint(finish)) return finishes.printed(picture, printArea(model))
      return finishes.panel(finish, colour)
    }
  return {
    scene,
    light,
    finishes,
    materialFor,
    take(wish, onChange) {
      const { model, done, dimensions, isInRoom } = wish
      finishes.setTone(model.looks(done).tone)
      if (model.words !== '') finishes.write(model.words, onChange)
      const plans = model.plan(done)
      const hasDrawn = parts.take(plans, materialFor(wish))
      shaders = shadersOf(wish, plans)
      footprint = [model.size[0], model.size[2]]
      floor.fit(...footprint, 0)
      room.show(isInRoom ? model : null)
      const { lift } = isInRoom ? planRoom(model) : { lift: 0 }
      parts.group.position.y = lift
      overlay.group.position.y = lift
      floor.mesh.visible = plans.length > 0 && lift === 0
      reachOf(light, isInRoom)
      overlay.update(model, { dimensions, outline: plans.length === 0 })
      renderer.shadowMap.needsUpdate = true
      return hasDrawn
    },
    move(open, apart) {
      parts.move(open, apart)
      floor.fit(...footprint, open * 0.2 + apart * 0.5)
      renderer.shadowMap.needsUpdate = true
    },
    shaders: (showsInside) => (showsInside ? [...shaders, 'clear'] : shaders),
    waiting: () => parts.waiting(),
    hasStandIns: () => parts.hasStandIns(),
    scaleTo: (cssHeight, lensDegrees) => overlay.scaleTo(cssHeight, lensDegrees),
    renew() {
      // A render target has no copy in memory: without a new bake everything would turn black.
      studio.dispose()
      bake()
      renderer.shadowMap.needsUpdate = true
    },
    textureBytes: () =>
      Math.round(
        (6 * STUDIO_SIZE ** 2 * 8 * 4) / 3 +
          SHADOW_SIZE ** 2 * 4 +
          finishes.textureBytes() +
          overlay.textureBytes(),
      ),
    dispose() {
      parts.dispose()
      room.dispose()
      floor.dispose()
      overlay.dispose()
      finishes.dispose()
      light.dispose()
      studio.dispose()
    },
  }
}

/** A picture goes on lacquer or under glass. */
const canPrint = (finish: string): boolean => finish === 'lacquer' || finish === 'glass'

/** The shaders that these parts are drawn with while the doors are shut. */
function shadersOf({ model, done, picture }: Wish, plans: readonly PartPlan[]): ShaderName[] {
  const needed = new Set<ShaderName>(['solid'])
  const looks = model.looks(done)
  for (const { panel } of plans) {
    if (panel === undefined) continue
    const { finish } = looks.panel(panel)
    needed.add(finish === 'bare' ? 'lacquer' : picture && canPrint(finish) ? 'picture' : finish)
  }
  if (model.words !== '') needed.add('picture')
  if (model.hasDisplay) needed.add('display')
  if (model.hasGlass) needed.add('clear')
  return [...needed]
}

/** The box of all fronts, metres, by its lower left corner: what a printed picture is laid over. */
function printArea({ outline }: Model): { x: number; y: number; w: number; h: number } {
  const [left, right] = [
    Math.min(...outline.map((r) => r.x - r.w / 2)),
    Math.max(...outline.map((r) => r.x + r.w / 2)),
  ]
  const [low, high] = [
    Math.min(...outline.map((r) => r.y - r.h / 2)),
    Math.max(...outline.map((r) => r.y + r.h / 2)),
  ]
  return { x: left / 1000, y: low / 1000, w: (right - left) / 1000, h: (high - low) / 1000 }
}
