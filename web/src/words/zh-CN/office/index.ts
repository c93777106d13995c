import { together, type Words } from '../../together'

export default together(import.meta.glob<{ default: Words }>('./*.json', { eager: true }))
