/** Whether a node can accept and run tasks; one that cannot be reached cannot. */
import { type Client, NoAnswer } from "./client.ts";

export interface Readiness {
	readonly ready: boolean;
	/** Why the node is not ready, in its own sentence or as the connection says it. */
	readonly reason?: string;
}

export async function readinessOf(client: Client): Promise<Readiness> {
	try {
		const answer = await client.ask("getReadiness");
		return answer.ok
			? { ready: true }
			: { ready: false, reason: answer.problem.detail };
	} catch (error) {
		if (!(error instanceof NoAnswer)) throw error;
		return { ready: false, reason: error.reason };
	}
}
