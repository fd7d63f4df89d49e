import { Links } from '@/components/links'

export default function Page() {
  return (
    <main>
      <h1>blank</h1>
      <Links />
    </main>
  )
}
