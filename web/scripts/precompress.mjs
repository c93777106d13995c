// Packs what was built, as small as can be, once: the server only picks the file that the browser takes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TEXT = /\.(?:js|css|html|json|svg|webmanifest)$/
const LEAST = 512 // bytes; below, packing saves nothing

export function packed(content) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  return { '.br': brotliCompressSync(content, { params }), '.gz': gzipSync(content, { level: 9 }) }
}

export function precompress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !TEXT.test(entry.name) || path.includes('/.vite/')) continue
    const content = readFileSync(path)
    for (const [suffix, body] of Object.entries(packed(content))) {
      if (content.length >= LEAST && body.length < content.length) writeFileSync(path + suffix, body)
      else rmSync(path + suffix, { force: true })
    }
  }
}

if (process.argv[1] === import.meta.filename) precompress(process.argv[2] ?? 'dist')
