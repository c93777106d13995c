import { IconCheckbox, IconMail, IconNote, IconPhone, IconUsers } from '@tabler/icons-react'
import type { Icon } from '../../ui/icon'

const ICONS: Record<string, Icon> = { task: IconCheckbox, call: IconPhone, meeting: IconUsers, note: IconNote, email: IconMail }
export const kindIcon = (kind: unknown): Icon => ICONS[String(kind)] ?? IconCheckbox
