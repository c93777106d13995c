import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hasIcon } from './icon'

test('every icon that the services name is one that the client has', () => {
  const services = join(import.meta.dirname, '../../../services')
  const files = readdirSync(services)
    .map((name) => join(services, name, 'screens.yaml'))
    .filter((file) => existsSync(file))
  const named = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^ {2}icon: (\S+)/gm)].map((found) => found[1] as string))
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((name) => !hasIcon(name))).toEqual([])
})
