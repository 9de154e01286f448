const paths = {
  undo: 'M8 5 4 9l4 4M4.5 9H14a5 5 0 0 1 0 10h-3',
  redo: 'm16 5 4 4-4 4M19.500 9H10a5 5 0 0 0 0 10h3',
  turn: 'M4 12c0-2.200 3.600-4 8-4s8 1.800 8 4-3.600 4-8 4M9 13l3 3-3 3',
  doors: 'M6 3h12v18H6zM6 10h12M9 6v1.500M9 13v3',
  apart: 'M4 7v10l4 2V9L4 7ZM10.500 6v11l4 2V8l-4-2ZM17 5v12l3 1.500V6.500L17 5Z',
  kitchen: 'M3 11 12 4l9 7M5 10v10h14V10M9.500 20v-6h5v6',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 2.500-2.500L20 17M15.500 9.500h.1',
  size: 'M4 7v10M20 7v10M4 12h16M7 9l-3 3 3 3M17 9l3 3-3 3',
  share: 'M12 15V4M8 7.500 12 3.500l4 4M5 12v7h14v-7',
  take: 'M12 4v11M8 11.500l4 4 4-4M5 14v5.500h14V14',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  close: 'M6 6l12 12M18 6 6 18',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c5.300 5 5.300 13 0 18-5.300-5-5.300-13 0-18Z',
  chevron: 'm9 6 6 6-6 6',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  alert: 'M12 4 2.800 20h18.400L12 4Zm0 6v4.500m0 2.700v.1',
  box: 'M4 8l8-4 8 4v8l-8 4-8-4V8Zm0 0 8 4 8-4M12 12v8',
  reset: 'M5 12a7 7 0 1 0 2-4.900L5 9M5 4.500V9h4.500',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13ZM15.500 15.500 20 20',
  heart:
    'M12 20S4 15 4 9.200C4 6.500 6 5 8 5c1.800 0 3.200 1 4 2.500C12.800 6 14.200 5 16 5c2 0 4 1.500 4 4.200C20 15 12 20 12 20Z',
  coin: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM14.500 9.500c-1-1.300-4.500-1.300-4.500.500 0 2.200 4.500 1.300 4.500 3.700 0 1.800-3.500 1.800-4.500.400M12 7.300v1.200m0 7v1.200',
  columns: 'M4 5h6.500v14H4zM13.500 5H20v14h-6.500z',
  bin: 'M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7M10.500 10.500v6M13.500 10.500v6',
  pencil: 'm5 19 1-4L16.500 4.500l3 3L9 18l-4 1Z',
  swap: 'M4 9h15l-3.500-3.500M20 15H5l3.500 3.500',
  spark: 'M11 3.500 13 9l5.500 2-5.500 2-2 5.500L9 13l-5.500-2L9 9l2-5.500ZM18.500 16v4m-2-2h4',
  play: 'M8 5.500v13l10.500-6.500L8 5.500Z',
  pause: 'M8.500 5.500v13M15.500 5.500v13',
  bell: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15L6 16.500ZM10 20.500h4',
} as const

/** Every icon there is. */
export type IconName = keyof typeof paths

/** Icons that point along the line of reading: mirrored where it runs from right to left. */
const mirrored: ReadonlySet<string> = new Set(['undo', 'redo', 'chevron', 'arrow', 'search'])

/** One line icon, 24 units, in the text's colour; always beside or instead of words that say the same. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      data-mirrors={mirrored.has(name)}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}
