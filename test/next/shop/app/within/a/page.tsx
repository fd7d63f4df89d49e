export default function Page() {
  return <h1>within a</h1>
}
