/**
 * Ports for processes that come back to them. They lie below the range from which the
 * system gives out free ones: while such a process is away, nobody else is given its port
 * by chance.
 */
import { once } from "node:events";
import { createServer } from "node:net";

const FIRST = 20_000;
const LAST = 30_000;

/** So many ports of the loopback interface, in a row, that are free now. */
export async function lastingPorts(count: number): Promise<number[]> {
	for (;;) {
		const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
		const ports = Array.from({ length: count }, (_, i) => first + i);
		const free = await Promise.all(ports.map(isFree));
		if (free.every(Boolean)) return ports;
	}
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer().listen(port, "127.0.0.1");
	const listens = await once(server, "listening").then(
		() => true,
		() => false, // Taken.
	);
	server.close();
	return listens;
}
