import { createTheme, type MantineThemeOverride } from '@mantine/core'
import values from './theme.json'

/** theme.css holds the variables of the same values: `npm run gen` after a change. */
export const theme = createTheme(values as unknown as MantineThemeOverride)
