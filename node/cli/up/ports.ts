/**
 * Looks whether the nodes' ports are free, before anything is started: a node
 * that cannot listen would be noticed when the others run stored tasks already,
 * and those would have to finish, or lose an attempt, for a start that failed.
 * Whoever takes a port just after this look is noticed by the node itself.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import type { Address } from "../../options.ts";

/**
 * As many ports as there are nodes, the first one's and those after it.
 * @throws the system's error for the first that cannot be listened on; see
 * `start-problem.ts` for what the user is told.
 */
export async function checkPorts(
	{ host, port }: Address,
	nodes: number,
): Promise<void> {
	for (let i = 0; i < nodes; i++) {
		const server = createServer().listen(port + i, host);
		await once(server, "listening");
		server.close();
		await once(server, "close");
	}
}
