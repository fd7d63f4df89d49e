import { bump, bumpTo, save, saveTo, saveWithin, toGuarded } from './actions'
import { Count } from '@/components/count'
import { Links } from '@/components/links'

const ACTIONS = { bump, bumpTo, save, saveTo, saveWithin, toGuarded }

export default function Home() {
  return (
    <main>
      <h1>home</h1>
      <Count id="n" />
      {Object.entries(ACTIONS).map(([name, action]) => (
        <form action={action} key={name}>
          <button>{name}</button>
        </form>
      ))}
      <Links />
    </main>
  )
}
