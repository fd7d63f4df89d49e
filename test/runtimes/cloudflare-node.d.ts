/** What a Worker has of Cloudflare's own to serve with a server of `node:http`. */
declare module 'cloudflare:node' {
  export function handleAsNodeRequest(port: number, request: Request): Promise<Response>
}
