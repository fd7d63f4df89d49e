import { Redis } from 'ioredis'

/** The Redis of all contenders. */
export interface RedisProcess {
  readonly url: string
  version(): Promise<string>
  /** Its processor time so far, in microseconds. */
  cpu(): Promise<number>
  close(): void
}

export function watchRedis(url: string): RedisProcess {
  const client = new Redis(url)
  return {
    url,
    version: async () => fieldIn(await client.info('server'), 'redis_version'),
    async cpu() {
      const text = await client.info('cpu')
      return (Number(fieldIn(text, 'used_cpu_sys')) + Number(fieldIn(text, 'used_cpu_user'))) * 1e6
    },
    close: () => client.disconnect(),
  }
}

function fieldIn(text: string, name: string): string {
  const line = text.split('\r\n').find((each) => each.startsWith(`${name}:`))
  if (line === undefined) throw new Error(`Redis does not tell ${name}`)
  return line.slice(name.length + 1)
}
