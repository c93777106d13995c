import { locale } from '../../words'

export const roleName = (role: { zh: string; en: string }): string => (locale() === 'en' ? role.en || role.zh : role.zh || role.en)
