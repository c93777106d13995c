import '@fontsource-variable/inter/wght.css'
import './ui/mantine.css'
import './ui/tokens.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { queries } from './app/queries'
import { preloadPage, router } from './app/router'
import { resume } from './app/session'
import { startOffline } from './data/offline/start'
import { install } from './install'
import { Kit } from './ui/kit'
import { startWords } from './words'

startOffline(queries)
preloadPage(location.pathname)

// Nothing is painted before words are known, and nobody sees the sign-in page who is signed in. A server that is away
// is shown by the pages themselves, as far as what they need was kept.
await Promise.all([startWords(), resume().catch(() => undefined)])

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <Kit>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </Kit>,
  )
install()
