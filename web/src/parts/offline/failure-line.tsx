import s from './failure-line.module.css'
import { wordsOf } from './words-of'

/** The same as Failure in one line: within a form, where the rest stays of use. */
export const FailureLine = ({ error }: { error: unknown }) => (
  <p role="alert" className={s.line}>
    {wordsOf(error)}
  </p>
)
