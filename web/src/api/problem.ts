import { t } from '../words'

/** One mistake, named by its field: dotted for what lies within (`emails.0.email`), "" for the body as a whole. */
export interface FieldProblem {
  field: string
  code: string
  message: string
  /** What the message was made of, for people: words among them are in the language of the answer. */
  params?: Record<string, unknown>
}

/** RFC 9457 as the suite answers it. Texts are in the language of the request; `type` and `code` never change. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  errors?: FieldProblem[]
  code?: string
  [more: string]: unknown
}

/** A refused request. `kind` is the last part of the type: `invalid`, `version-mismatch`, `offline`, … */
export class Problem extends Error {
  readonly kind: string
  constructor(
    readonly body: ProblemBody,
    readonly retryAfter?: number,
  ) {
    super(body.detail || body.title)
    this.name = 'Problem'
    this.kind = body.type.split('/').at(-1) ?? ''
  }
  get status(): number {
    return this.body.status
  }
  get errors(): FieldProblem[] {
    return this.body.errors ?? []
  }
  /** field → message, the first of each; what belongs to no known field stays under "". */
  byField(known?: readonly string[]): Record<string, string> {
    const found: Record<string, string> = {}
    for (const { field, message } of this.errors) {
      const at = !known || known.includes(field) ? field : (known.find((name) => field.startsWith(`${name}.`)) ?? '')
      found[at] ??= message
    }
    return found
  }
}

/** No answer at all: the network or the server is away. */
export const offline = (): Problem => new Problem({ type: '/problems/offline', title: t('common.offlineText'), status: 0, detail: '' })

export const isProblem = (error: unknown, ...kinds: string[]): error is Problem =>
  error instanceof Problem && (kinds.length === 0 || kinds.includes(error.kind))

/** Whether the suite will answer by and by: nobody was reached, it is on its way, or it was asked too often. */
export const isPassing = (error: unknown): error is Problem => error instanceof Problem && [0, 429, 503].includes(error.status)

export async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('Retry-After'))
  const body = (await response.json().catch(() => null)) as ProblemBody | null
  const plain = { type: '/problems/unexpected', title: response.statusText, status: response.status, detail: '' }
  return new Problem(body?.type ? body : plain, Number.isFinite(seconds) && seconds > 0 ? seconds : undefined)
}
