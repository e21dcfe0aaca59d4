/**
 * A long line: `delay-proxy.ts REDIS_PORT MS` passes on what it receives, in both
 * directions, so many milliseconds later. It sends the port on which it listens over
 * its IPC channel, and ends with that.
 *
 * The delay does not stretch intervals: what is sent at intervals arrives at the same
 * ones, as over a real distance.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

const [redisPort, delayMs] = process.argv.slice(2).map(Number);
if (redisPort === undefined || delayMs === undefined) {
	throw new Error("a port and a delay are needed");
}

function pass(from: Socket, to: Socket, ms: number): void {
	from.on("data", (bytes) => {
		setTimeout(() => {
			if (to.writable) to.write(bytes);
		}, ms);
	});
	from.on("close", () => setTimeout(() => to.destroy(), ms));
	// It closes then, which is passed on.
	from.on("error", () => {});
}

const server = createServer({ noDelay: true }, (client) => {
	const redis = connect({ port: redisPort, host: "127.0.0.1", noDelay: true });
	pass(client, redis, delayMs);
	pass(redis, client, delayMs);
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
	process.send?.((server.address() as AddressInfo).port);
});
