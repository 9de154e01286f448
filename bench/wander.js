// Runs in the page of the long run: uses the shop as somebody does who cannot decide, one thing after the other.
;(() => {
  // mulberry32: the same wandering in every run
  let state = 590
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  /** @param {string} selector */
  const any = (selector) => {
    const all = [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length > 0)
    return all[Math.floor(random() * all.length)]
  }
  /** @param {string} selector */
  const click = (selector) => {
    const element = any(selector)
    if (element instanceof HTMLElement) element.click()
    return element !== undefined
  }
  /** @param {string} key */
  const press = (key) =>
    document.querySelector('canvas')?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))

  const values = 'fieldset.option .card:not([data-state=selected]) input'
  /** What she does, and how often. @type {readonly [number, () => unknown][]} */
  const acts = [
    [50, () => click(values)],
    [10, () => click('nav.steps button, .steps button')],
    [8, () => click('.tools button[aria-pressed]:not(.touch-only)')],
    [
      12,
      () =>
        press(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', '+', '-'][Math.floor(random() * 6)] ?? '+'),
    ],
    [6, () => click('[data-testid=bar] button[aria-label]:not([aria-haspopup])')],
    [4, () => click('[data-testid=bar] button[aria-haspopup], .panel-tools button')],
    [1, () => click('.products a')],
    [1, () => click('a.brand')],
  ]
  const sum = acts.reduce((all, [share]) => all + share, 0)

  Object.assign(window, {
    /** Does the next thing. Whatever stands in the way is answered first, as a shopper has to. */
    wander() {
      if (document.querySelector('dialog[open]')) {
        if (
          random() < 0.3 &&
          click('dialog[open] [data-testid=surprise], dialog[open] [data-testid=cheapest]')
        )
          return
        return click('dialog[open] .dialog-head button')
      }
      if (document.querySelector('[data-testid=shelf]')) return click('[data-product] a')
      if (document.querySelector('[data-testid=conflict]'))
        return click(random() < 0.7 ? '[data-testid=repair]' : '[data-testid=keep]')
      let at = random() * sum
      for (const [share, act] of acts) if ((at -= share) < 0) return act()
    },
  })
})()
