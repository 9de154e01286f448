// Runs in the measured page before anything of its own: writes down when things appear, how long tasks take, what is drawn.
// Times are milliseconds since navigation.
;(() => {
  /** @type {{ firstPicture?: number, firstChoice?: number, live?: number, largestPaint?: number, layoutShift: number, longTasks: { start: number, duration: number }[], frames: { at: number, calls: number, triangles: number }[] }} */
  const observed = { layoutShift: 0, longTasks: [], frames: [] }
  let tappedAt = 0

  /**
   * @param {string} type
   * @param {(entry: any) => void} see
   */
  const watch = (type, see) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) see(entry)
    }).observe({ type, buffered: true })
  watch('longtask', ({ startTime, duration }) => observed.longTasks.push({ start: startTime, duration }))
  watch('largest-contentful-paint', ({ startTime }) => {
    observed.largestPaint = startTime
  })
  watch('layout-shift', ({ value, hadRecentInput }) => {
    if (!hadRecentInput) observed.layoutShift += value
  })

  const look = () => {
    if (document.querySelector('.drawing svg')) observed.firstPicture ??= performance.now()
    if (document.querySelector('fieldset.option input')) observed.firstChoice ??= performance.now()
    if (document.querySelector('.viewport[data-state=live]')) observed.live ??= performance.now()
  }
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['data-state'],
  })

  // a frame is one rendering of the browser in which WebGL was told to draw anything, on the canvas or beside it
  let frameTime = -1
  const triangleList = 4
  /**
   * @param {number} mode
   * @param {number} elements
   * @param {number} instances
   */
  const count = (mode, elements, instances) => {
    const time = Number(document.timeline.currentTime)
    if (time !== frameTime) observed.frames.push({ at: performance.now(), calls: 0, triangles: 0 })
    frameTime = time
    const frame = observed.frames.at(-1)
    if (!frame) return
    frame.calls++
    if (mode === triangleList) frame.triangles += (elements / 3) * instances
  }
  /** Name -> where its arguments hold the number of elements and of instances. */
  const draws = /** @type {const} */ ({
    drawElements: [1, -1],
    drawArrays: [2, -1],
    drawElementsInstanced: [1, 4],
    drawArraysInstanced: [2, 3],
    drawRangeElements: [3, -1],
  })
  const gl = /** @type {any} */ (WebGL2RenderingContext.prototype)
  for (const [name, [elements, instances]] of Object.entries(draws)) {
    const draw = gl[name]
    /** @param {...any} given */
    gl[name] = function (...given) {
      count(given[0], given[elements], instances < 0 ? 1 : given[instances])
      return draw.apply(this, given)
    }
  }

  // what the GPU holds for the page, counted where it is made and given back
  const nothing = {
    programs: 0,
    textures: 0,
    buffers: 0,
    vertexArrays: 0,
    framebuffers: 0,
    renderbuffers: 0,
    bytes: 0,
  }
  /** @type {WeakMap<object, typeof nothing>} */
  const heldBy = new WeakMap()
  /** A context that nobody refers to any more, or that is lost, holds nothing. @type {WeakRef<any>[]} */
  const contexts = []
  /** @param {object} context */
  const heldIn = (context) => {
    const known = heldBy.get(context)
    if (known) return known
    const held = { ...nothing }
    heldBy.set(context, held)
    contexts.push(new WeakRef(context))
    return held
  }
  /** Of one texture, by face and level. @type {WeakMap<object, Map<string, number>>} */
  const levels = new WeakMap()
  /** @param {object} context @param {object} texture @param {string} level @param {number} bytes */
  const hold = (context, texture, level, bytes) => {
    const own = levels.get(texture) ?? new Map()
    heldIn(context).bytes += bytes - (own.get(level) ?? 0)
    levels.set(texture, own.set(level, bytes))
  }
  for (const [kind, name] of /** @type {const} */ ([
    ['programs', 'Program'],
    ['textures', 'Texture'],
    ['buffers', 'Buffer'],
    ['vertexArrays', 'VertexArray'],
    ['framebuffers', 'Framebuffer'],
    ['renderbuffers', 'Renderbuffer'],
  ])) {
    const [make, drop] = [gl[`create${name}`], gl[`delete${name}`]]
    gl[`create${name}`] = function () {
      heldIn(this)[kind]++
      return make.call(this)
    }
    /** @param {any} object */
    gl[`delete${name}`] = function (object) {
      const held = heldIn(this)
      if (object) held[kind]--
      for (const bytes of levels.get(object)?.values() ?? []) held.bytes -= bytes
      levels.delete(object)
      return drop.call(this, object)
    }
  }
  /** Bytes of a texel by WebGL's number of the format; four where it is none of these. @type {Record<number, number>} */
  const texel = { 0x8229: 1, 0x822b: 2, 0x822d: 2, 0x81a5: 2, 0x881a: 8, 0x881b: 8, 0x8814: 16 }
  const face = { 0x0de1: 0x8069, 0x8513: 0x8514, 0x806f: 0x806a, 0x8c1a: 0x8c1d }
  /** @param {any} context @param {number} target */
  const bound = (context, target) =>
    context.getParameter(target >= 0x8515 && target <= 0x851a ? 0x8514 : face[/** @type {0x0de1} */ (target)])
  const { texStorage2D, texImage2D, generateMipmap } = gl
  /** @param {number} target @param {number} count @param {number} format @param {number} w @param {number} h */
  gl.texStorage2D = function (target, count, format, w, h) {
    const faces = target === 0x8513 ? 6 : 1
    let bytes = 0
    for (let k = 0; k < count; k++)
      bytes += faces * Math.max(1, w >> k) * Math.max(1, h >> k) * (texel[format] ?? 4)
    hold(this, bound(this, target), 'all', bytes)
    return texStorage2D.call(this, target, count, format, w, h)
  }
  /** @param {...any} given */
  gl.texImage2D = function (...given) {
    const [target, level, format] = given
    const [w, h] = given.length > 6 ? [given[3], given[4]] : [given[5].width, given[5].height]
    hold(this, bound(this, target), `${target} ${level}`, w * h * (texel[format] ?? 4))
    return texImage2D.apply(this, given)
  }
  /** @param {number} target */
  gl.generateMipmap = function (target) {
    const texture = bound(this, target)
    const own = levels.get(texture)
    // storage made at once has its levels already
    if (own && !own.has('all')) {
      let base = 0
      for (const [level, bytes] of own) if (level.endsWith(' 0')) base += bytes
      hold(this, texture, 'mipmap', base / 3)
    }
    return generateMipmap.call(this, target)
  }

  /** Animation frames that were asked for and have not come. @type {Set<number>} */
  const pending = new Set()
  const ask = window.requestAnimationFrame
  const cancel = window.cancelAnimationFrame
  window.requestAnimationFrame = (then) => {
    const id = ask((time) => {
      pending.delete(id)
      then(time)
    })
    pending.add(id)
    return id
  }
  window.cancelAnimationFrame = (id) => {
    pending.delete(id)
    cancel(id)
  }

  /** @param {Element | null | undefined} element */
  const press = (element) => {
    performance.mark('tap')
    tappedAt = performance.now()
    if (!(element instanceof HTMLElement)) throw new Error('There is nothing to tap.')
    element.click()
    return tappedAt
  }

  Object.assign(window, {
    inPage: {
      observed,
      /** What the GPU holds for all contexts of the page. */
      held() {
        const sum = { ...nothing, contexts: 0 }
        for (const context of contexts.map((one) => one.deref())) {
          if (!context || context.isContextLost()) continue
          sum.contexts++
          for (const [kind, count] of Object.entries(heldIn(context)))
            sum[/** @type {keyof typeof nothing} */ (kind)] += count
        }
        return sum
      },
      /**
       * Taps the nth value that can be taken freely, one option after the other; gives when. Where none can, nothing happens.
       * @param {number} n
       */
      tap(n) {
        const fields = [...document.querySelectorAll('fieldset.option')]
          .map((field) => [...field.querySelectorAll('.card[data-state=free] input')])
          .filter((inputs) => inputs.length > 0)
        const inputs = fields[n % fields.length] ?? []
        const input = inputs[Math.floor(n / fields.length) % inputs.length]
        return input ? press(input) : performance.now()
      },
      /**
       * Taps what a selector finds; gives when.
       * @param {string} selector
       */
      press: (selector) => press(document.querySelector(selector)),
      /** What was fetched so far, the page itself included. */
      loaded: () =>
        ['navigation', 'resource']
          .flatMap((type) => performance.getEntriesByType(type))
          .map((/** @type {any} */ { name, encodedBodySize, responseEnd }) => ({
            name: new URL(name).pathname,
            bytes: encodedBodySize,
            at: responseEnd,
          })),
      /**
       * Whether nothing was drawn, asked to be drawn, or computed at length for a while.
       * @param {number} ms
       */
      isQuietFor(ms) {
        if (pending.size > 0) return false
        const last = Math.max(
          tappedAt,
          observed.frames.at(-1)?.at ?? 0,
          ...observed.longTasks.map(({ start, duration }) => start + duration),
        )
        return performance.now() - last > ms
      },
    },
  })
})()
