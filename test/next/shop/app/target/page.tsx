import { Count } from '@/components/count'
import { Links } from '@/components/links'

export default function Page() {
  return (
    <main>
      <h1>target</h1>
      <Count id="target" />
      <Links />
    </main>
  )
}
