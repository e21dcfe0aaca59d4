/**
 * A fastify route that makes one trivial script call and does nothing else: the call
 * keeps the body under a new key. Use: `bare-route-server.ts PORT REDIS_PORT`. Prints
 * `ready` once it listens.
 */
import fastify from "fastify";
import { Redis } from "ioredis";

const [port, redisPort] = process.argv.slice(2).map(Number);
if (port === undefined || redisPort === undefined) {
	throw new Error("two ports are needed");
}
const redis = new Redis(redisPort, "127.0.0.1");
const sha = await redis.script(
	"LOAD",
	"return redis.call('SET', KEYS[1], ARGV[1])",
);
let n = 0;
const server = fastify();
server.post("/v1/tasks", async ({ body }, reply) => {
	const id = `{0}:${++n}`;
	await redis.evalsha(String(sha), 1, id, JSON.stringify(body));
	reply.code(202);
	return { id };
});
await server.listen({ host: "127.0.0.1", port });
console.log("ready");
