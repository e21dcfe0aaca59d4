/**
 * Checks that the nodes' ports are free before anything is started: otherwise a node that
 * cannot listen would be noticed only when the others run stored tasks already, and these
 * would have to finish, or lose an attempt, for a start that failed. If something takes a
 * port just after this check, the node itself notices.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import type { Address } from "../../options.ts";

/**
 * Checks as many ports as there are nodes, from the first one's on.
 * @throws the system's error for the first that cannot be listened on; see
 * `start-problem.ts` for what the user is told
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
