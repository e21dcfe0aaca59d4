/** What is told of the work at large, in memory: as a test says. */
import type { OverviewApi, QueueDepth, QueuesView } from "../../node/ports.ts";

const AS_OF_MS = Date.UTC(2026, 0, 2, 3, 5, 5, 678);

export class FakeOverview implements OverviewApi {
	depths: QueueDepth[] = [];
	/** How often they were read. */
	reads = 0;

	async queues(): Promise<QueuesView> {
		this.reads++;
		return { asOfMs: AS_OF_MS, queues: this.depths };
	}
}
