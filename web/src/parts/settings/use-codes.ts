import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client'
import { useTranslation } from '../../words'

interface Code {
  value: string
  label: string
}

/** Countries and currencies in the language of the page, each with its code. */
export function useCodes(): { countries: Code[]; currencies: Code[] } {
  const { i18n } = useTranslation()
  const { data } = useQuery({
    queryKey: ['codes', i18n.language],
    queryFn: ({ signal }) => get<{ countries: Code[]; currencies: Code[] }>('/meta/codes', { language: i18n.language }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const coded = (codes: Code[] = []) => codes.map(({ value, label }) => ({ value, label: `${label} (${value})` }))
  return { countries: coded(data?.countries), currencies: coded(data?.currencies) }
}
