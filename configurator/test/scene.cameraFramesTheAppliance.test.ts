import * as fc from 'fast-check'
import { PerspectiveCamera, Vector3 } from 'three'
import { describe, expect, it } from 'vitest'
import type { FocusArea } from '../src/scene/appliance.ts'
import { createRig, LENS_DEGREES, placeCamera, poseOf } from '../src/scene/camera.ts'
import { fridgeView } from '../src/scene/fridgeViews.ts'
import { fridgeSpec } from '../src/scene/layouts.ts'
import { anyAppliance, fridge } from './sceneChoices.ts'

const areas: FocusArea[] = [
  'whole',
  'front',
  'handle',
  'inside',
  'top',
  'bottom',
  'dispenser',
  'screen',
  'nameplate',
]

describe('the camera', () => {
  it('keeps what it looks at inside the picture, and fills it, on any shape of canvas', () => {
    const numbers = fc.double({ min: 0.45, max: 2.6, noNaN: true })
    fc.assert(
      fc.property(
        anyAppliance,
        fc.constantFrom(...areas),
        fc.boolean(),
        numbers,
        (appliance, area, isOpen, aspect) => {
          const view = fridgeView(fridgeSpec(appliance), area, isOpen)
          // The judge is the renderer's own camera.
          const camera = new PerspectiveCamera(LENS_DEGREES, aspect)
          placeCamera(camera, poseOf(view, aspect))
          camera.updateMatrixWorld()
          let reach = 0
          for (let corner = 0; corner < 8; corner++) {
            const p = new Vector3(
              (corner & 1 ? view.max : view.min)[0],
              (corner & 2 ? view.max : view.min)[1],
              (corner & 4 ? view.max : view.min)[2],
            ).project(camera)
            reach = Math.max(reach, Math.abs(p.x), Math.abs(p.y))
          }
          expect(reach).toBeLessThanOrEqual(view.fill + 1e-6)
          expect(reach).toBeGreaterThan(view.fill - 1e-6)
        },
      ),
      { numRuns: 400, seed: 5 },
    )
  })

  it('arrives, and then has nothing left to move', () => {
    const rig = createRig()
    const pose = poseOf(fridgeView(fridgeSpec(fridge()), 'handle', false), 1)
    rig.aim(pose, false)
    let steps = 0
    while (rig.step(1 / 60)) expect(++steps).toBeLessThan(200)
    expect(steps).toBeGreaterThan(5)
    expect(rig.now).toEqual(pose)
    expect(rig.step(1 / 60)).toBe(false)
  })

  it('jumps when told to', () => {
    const rig = createRig()
    const pose = poseOf(fridgeView(fridgeSpec(fridge()), 'screen', false), 0.9)
    rig.aim(pose, true)
    expect(rig.now).toEqual(pose)
    expect(rig.step(1 / 60)).toBe(false)
  })

  it('turns and zooms within limits, at once, and forgets both when recentred', () => {
    const rig = createRig()
    const pose = poseOf(fridgeView(fridgeSpec(fridge()), 'whole', false), 1)
    rig.aim(pose, true)
    rig.turnBy(0.3, 0.1)
    expect(rig.now.yaw).toBeCloseTo(pose.yaw + 0.3)
    rig.turnBy(50, 50)
    expect(rig.now.yaw).toBeLessThanOrEqual(2.6)
    expect(rig.now.pitch).toBeLessThanOrEqual(0.75)
    for (let k = 0; k < 50; k++) rig.zoomBy(1.5)
    expect(rig.now.distance).toBeCloseTo(pose.distance * 0.35)
    rig.recentre()
    while (rig.step(1 / 60));
    expect(rig.now).toEqual(pose)
  })
})
