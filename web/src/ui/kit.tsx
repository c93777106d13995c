import { MantineProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import { useScheme } from './scheme'
import { theme } from './theme'

/** Mantine without the <style> elements that it would write: the content security policy forbids them. */
export function Kit({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} withCssVariables={false} withGlobalClasses={false} forceColorScheme={useScheme()}>
      {children}
    </MantineProvider>
  )
}
