/**
 * Where the camera stands: a pose per focus area, computed so that the area fills the picture whatever the canvas'
 * shape, and an eased way there. Long lens, so verticals stay nearly vertical. No renderer in here.
 */
import type { PerspectiveCamera } from 'three'

/** Vertical field of view, degrees. */
export const LENS_DEGREES = 17

/** A box in metres to be seen, from an angle, filling part of the picture. */
export interface View {
  min: readonly [number, number, number]
  max: readonly [number, number, number]
  yaw: number
  pitch: number
  /** Share of the picture's height and width the box may take. */
  fill: number
}

/** A camera position: it looks at `target` from `distance`, turned by yaw about y and raised by pitch. */
export interface Pose {
  target: [number, number, number]
  yaw: number
  pitch: number
  distance: number
}

/** Gives the same view, higher by some metres. */
export const lifted = (view: View, by: number): View => ({
  ...view,
  min: [view.min[0], view.min[1] + by, view.min[2]],
  max: [view.max[0], view.max[1] + by, view.max[2]],
})

/** Gives the pose from which a view just fits a picture of the given width to height ratio. */
export function poseOf(view: View, aspect: number): Pose {
  const target: Pose['target'] = [
    (view.min[0] + view.max[0]) / 2,
    (view.min[1] + view.max[1]) / 2,
    (view.min[2] + view.max[2]) / 2,
  ]
  const { yaw, pitch } = view
  const tan = Math.tan((LENS_DEGREES * Math.PI) / 360) * view.fill
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)]
  let distance = 0
  for (let corner = 0; corner < 8; corner++) {
    const x = (corner & 1 ? view.max[0] : view.min[0]) - target[0]
    const y = (corner & 2 ? view.max[1] : view.min[1]) - target[1]
    const z = (corner & 4 ? view.max[2] : view.min[2]) - target[2]
    const across = x * cy - z * sy
    const towards = (x * sy + z * cy) * cp + y * sp
    const up = y * cp - (x * sy + z * cy) * sp
    distance = Math.max(distance, towards + Math.abs(across) / (tan * aspect), towards + Math.abs(up) / tan)
  }
  return { target, yaw, pitch, distance }
}

/** Puts a camera into a pose and fits its near and far planes to the appliance. */
export function placeCamera(camera: PerspectiveCamera, { target, yaw, pitch, distance }: Pose): void {
  const out = Math.cos(pitch) * distance
  camera.position.set(
    target[0] + Math.sin(yaw) * out,
    target[1] + Math.sin(pitch) * distance,
    target[2] + Math.cos(yaw) * out,
  )
  camera.lookAt(...target)
  camera.near = Math.max(0.1, distance - 4)
  camera.far = distance + 8
  camera.updateProjectionMatrix()
}

const LIMITS = { yaw: 2.6, pitchLow: -0.08, pitchHigh: 0.75, zoomIn: 0.35, zoomOut: 1.6 }

/** A camera on its way to a pose. The shopper's own turning and zooming is kept apart and reset by the next focus. */
export interface CameraRig {
  readonly now: Pose
  /** Sets where to go; `jump` goes at once. */
  aim(pose: Pose, jump: boolean): void
  turnBy(yaw: number, pitch: number): void
  zoomBy(factor: number): void
  /** Forgets turning and zooming. */
  recentre(): void
  /** Moves on by a time in seconds; false when there is nothing left to move. */
  step(seconds: number): boolean
}

/** Makes a rig that stands still until aimed. */
export function createRig(): CameraRig {
  let goal: Pose = { target: [0, 0.9, 0], yaw: 0.46, pitch: 0.06, distance: 7.6 }
  const now: Pose = { ...goal, target: [...goal.target] }
  const own = { yaw: 0, pitch: 0, zoom: 1 }
  const clamp = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v))
  const wanted = () => ({
    yaw: clamp(goal.yaw + own.yaw, -LIMITS.yaw, LIMITS.yaw),
    pitch: clamp(goal.pitch + own.pitch, LIMITS.pitchLow, LIMITS.pitchHigh),
    distance: goal.distance * own.zoom,
  })
  const settle = () => {
    Object.assign(now, wanted())
    now.target = [...goal.target]
  }
  return {
    now,
    aim(pose, jump) {
      goal = pose
      if (jump) settle()
    },
    turnBy(yaw, pitch) {
      const to = wanted()
      own.yaw = clamp(to.yaw + yaw, -LIMITS.yaw, LIMITS.yaw) - goal.yaw
      own.pitch = clamp(to.pitch + pitch, LIMITS.pitchLow, LIMITS.pitchHigh) - goal.pitch
      const next = wanted()
      now.yaw += next.yaw - to.yaw
      now.pitch += next.pitch - to.pitch
    },
    zoomBy(factor) {
      const before = own.zoom
      own.zoom = clamp(own.zoom / factor, LIMITS.zoomIn, LIMITS.zoomOut)
      now.distance *= own.zoom / before
    },
    recentre() {
      own.yaw = 0
      own.pitch = 0
      own.zoom = 1
    },
    step(seconds) {
      const to = wanted()
      const k = 1 - Math.exp(-7.5 * seconds)
      let left = 0
      const ease = (from: number, end: number) => {
        left = Math.max(left, Math.abs(end - from))
        return from + (end - from) * k
      }
      const yaw = ease(now.yaw, to.yaw)
      const pitch = ease(now.pitch, to.pitch)
      const distance = ease(now.distance, to.distance)
      const target = now.target.map((v, i) => ease(v, goal.target[i]!)) as Pose['target']
      if (left < 0.0015) {
        settle()
        return false
      }
      Object.assign(now, { yaw, pitch, distance, target })
      return true
    },
  }
}
