export type Words = { [key: string]: string | Words }

/** Files of a folder as one tree: `list.json` holds the keys under `list.` */
export const together = (files: Record<string, { default: Words }>): Words =>
  Object.fromEntries(Object.entries(files).map(([path, file]) => [path.slice(2, -5), file.default]))
