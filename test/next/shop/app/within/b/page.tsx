export default function Page() {
  return <h1>within b</h1>
}
