import styleSheet from '@fontsource-variable/noto-sans-arabic/wght.css?url'

/** Address of the style sheet with Arabic letters. */
export { styleSheet }
