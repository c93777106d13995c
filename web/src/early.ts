import { askAhead } from './api/ahead'

askAhead(document.documentElement.lang)
