import { RedisServer } from './redis.ts'
import { inStep } from './replication.ts'

/** What the master is called. */
export const MASTER_NAME = 'coatcheck'

const DOWN_AFTER_MILLISECONDS = 500

/** A real master with a replica, and a Sentinel that needs nobody's agreement to let the replica take over when it dies. */
export class RedisSentinel {
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinel: RedisServer

  private constructor(master: RedisServer, replica: RedisServer, sentinel: RedisServer) {
    this.master = master
    this.replica = replica
    this.sentinel = sentinel
  }

  static async start(): Promise<RedisSentinel> {
    const master = await RedisServer.start({ settings: ['--repl-diskless-sync-delay', '0'] })
    const replica = await RedisServer.start({ settings: ['--replicaof', '127.0.0.1', String(master.port)] })
    await inStep(master, replica)
    const sentinel = await RedisServer.start({
      file: [
        `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 1`,
        `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MILLISECONDS}`,
        `sentinel failover-timeout ${MASTER_NAME} 3000`,
      ].join('\n'),
      settings: ['--sentinel'],
      ready: /\+monitor master/,
    })
    await sentinel.logged(/\+slave slave/)
    return new RedisSentinel(master, replica, sentinel)
  }

  /** Kills the master once the replica has all that it had. Resolves when the replica is the master. */
  async failOver(): Promise<void> {
    await inStep(this.master, this.replica)
    await this.master.kill()
    await this.sentinel.logged(/\+switch-master/)
  }

  /** Lets the replica take over from a master that is alive, and becomes its replica. */
  async stepBack(): Promise<void> {
    await inStep(this.master, this.replica)
    await this.sentinel.command('SENTINEL', 'FAILOVER', MASTER_NAME)
    await this.sentinel.logged(/\+switch-master/)
  }

  async stop(): Promise<void> {
    await Promise.all([this.master, this.replica, this.sentinel].map((server) => server.stop()))
  }
}
