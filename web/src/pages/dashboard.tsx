export { Dashboard } from '../parts/chart/dashboard'
