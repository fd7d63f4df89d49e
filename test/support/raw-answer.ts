import { connect } from 'node:net'

/** All that a server sends back on a connection of its own, byte by byte, until it closes it. */
export async function rawAnswer(port: number, requestLine = 'GET / HTTP/1.1', headers: string[] = []): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write([requestLine, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n'))
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer) // as: a socket without an encoding gives buffers
  return Buffer.concat(chunks).toString('latin1')
}

/** An answer without what a session adds to it or replaces, and without the time of day. */
export function withoutSession(answer: string): string {
  return answer
    .replace(/(\r\nVary: .*), Cookie\r\n/, '$1\r\n')
    .split('\r\n')
    .filter(
      (line) => !/^(?:Set-Cookie: \w+=|Vary: Cookie$|Cache-Control: (?:no-store|public, max-age=0)$|Date: )/.test(line),
    )
    .join('\r\n')
}
