import styleSheet from '@fontsource-variable/noto-sans-sc/wght.css?url'

/** Address of the style sheet with Chinese letters, in slices of which a page loads only those it shows. */
export { styleSheet }
