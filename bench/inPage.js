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

  Object.assign(window, {
    inPage: {
      observed,
      /**
       * Taps the nth value that can be taken freely, one option after the other; gives when.
       * @param {number} n
       */
      tap(n) {
        const fields = [...document.querySelectorAll('fieldset.option')]
          .map((field) => [...field.querySelectorAll('.card[data-state=free] input')])
          .filter((inputs) => inputs.length > 0)
        const inputs = fields[n % fields.length] ?? []
        const input = inputs[Math.floor(n / fields.length) % inputs.length]
        tappedAt = performance.now()
        if (input instanceof HTMLElement) input.click()
        return tappedAt
      },
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
