/** The same for everybody, and rendered at the build. */
export default function About() {
  return <main>Billing, an example for Next.js</main>
}
