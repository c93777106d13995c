// Writes Mantine's variables for src/ui/theme.json to src/ui/theme.css: at run time they would need a <style>, which the
// content security policy forbids. With --check nothing is written; the exit status says whether the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { convertCssVariables, createTheme, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core'

const at = (name) => new URL(`../src/ui/${name}`, import.meta.url)
const theme = mergeMantineTheme(DEFAULT_THEME, createTheme(JSON.parse(readFileSync(at('theme.json'), 'utf8'))))
// Colours of Mantine that nothing here uses: most of what it would write.
const UNUSED = /(?<=[{;]\s*)--mantine-color-(?:pink|grape|violet|indigo|cyan|teal|lime|yellow|orange|green|blue)-[^;]+;/g
const css = `/* made by scripts/gen-theme.mjs from theme.json */\n${convertCssVariables(defaultCssVariablesResolver(theme), ':root').replace(UNUSED, '')}\n`

if (process.argv.includes('--check')) {
  if (readFileSync(at('theme.css'), 'utf8') !== css) {
    console.error('src/ui/theme.css is out of date: npm run gen')
    process.exit(1)
  }
} else writeFileSync(at('theme.css'), css)
