import { freePort } from './free-port.ts'
import { RedisServer } from './redis.ts'
import { inStep } from './replication.ts'
import { until } from './until.ts'

const SLOTS = 16_384
const MASTERS = 3
/** A node of a cluster listens on its port for clients, and this much higher for the other nodes. */
const BUS = 10_000

/** A real cluster of its own: three masters, and a replica of the first that takes over when it dies. */
export class RedisCluster {
  readonly masters: readonly RedisServer[]
  readonly replica: RedisServer

  private constructor(masters: readonly RedisServer[], replica: RedisServer) {
    this.masters = masters
    this.replica = replica
  }

  static async start(program?: string): Promise<RedisCluster> {
    const nodes: RedisServer[] = []
    // In turn, because two at once may find the same port free.
    for (let number = 0; number <= MASTERS; number++) nodes.push(await startNode(program))
    const [replica, ...masters] = nodes
    if (replica === undefined) throw new Error('A cluster has a replica')
    const cluster = new RedisCluster(masters, replica)
    await cluster.#join()
    return cluster
  }

  /** Where a client may begin. */
  get nodes(): readonly RedisServer[] {
    return [...this.masters, this.replica]
  }

  /** Kills the first master once its replica has all that it had. Resolves when the replica is the master. */
  async failOver(): Promise<void> {
    const [first] = this.masters
    if (first === undefined) throw new Error('A cluster has masters')
    await inStep(first, this.replica)
    await first.kill()
    await until('the replica took over', async () => (await text(this.replica, 'ROLE')).startsWith('master'))
  }

  /** Lets the replica take over from the first master, which is alive and becomes its replica. */
  async stepBack(): Promise<void> {
    await this.replica.command('CLUSTER', 'FAILOVER')
    await until('the replica took over', async () => (await text(this.replica, 'ROLE')).startsWith('master'))
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()))
  }

  async #join(): Promise<void> {
    const { masters, replica } = this
    await Promise.all(masters.map((master, at) => takeSlots(master, at)))
    const [first] = masters
    if (first === undefined) throw new Error('A cluster has masters')
    for (const node of this.nodes) await node.command('CLUSTER', 'MEET', '127.0.0.1', first.port)
    const id = String(await first.command('CLUSTER', 'MYID'))
    await until('the replica knows its master', async () =>
      String(await replica.command('CLUSTER', 'NODES')).includes(id),
    )
    await replica.command('CLUSTER', 'REPLICATE', id)
    await inStep(first, replica)
    await until('every node knows all of the cluster', async () => {
      const known = await Promise.all(
        this.nodes.map(async (node) => [await text(node, 'CLUSTER', 'INFO'), await text(node, 'CLUSTER', 'NODES')]),
      )
      return known.every(
        ([info = '', nodes = '']) =>
          info.includes('cluster_state:ok') && nodes.includes('slave') && nodes.trim().split('\n').length === 4,
      )
    })
  }
}

async function startNode(program: string | undefined): Promise<RedisServer> {
  let port = await freePort()
  while (port + BUS > 65_535) port = await freePort()
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0']
  return RedisServer.start({ port, settings, ...(program === undefined ? {} : { program }) })
}

async function takeSlots(master: RedisServer, at: number): Promise<void> {
  const from = Math.floor((at * SLOTS) / MASTERS)
  const to = Math.floor(((at + 1) * SLOTS) / MASTERS)
  await master.command('CLUSTER', 'ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot))
  await master.command('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)
}

async function text(node: RedisServer, name: string, ...args: readonly string[]): Promise<string> {
  return String(await node.command(name, ...args))
}
