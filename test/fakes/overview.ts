/**
 * What is shown of the work at large, in memory: whatever a test says.
 */
import type {
	BusyRoute,
	FailureGroup,
	FailuresRequest,
	FailuresView,
	OverviewApi,
	QueueDepth,
	QueuesView,
	StatsStep,
	StatsView,
} from "../../node/ports.ts";

export const AS_OF_MS = Date.UTC(2026, 0, 2, 3, 5, 5, 678);

export class FakeOverview implements OverviewApi {
	depths: QueueDepth[] = [];
	busyRoutes: BusyRoute[] = [];
	groups: FailureGroup[] = [];
	steps: StatsStep[] = [];
	searchedBackToMs: number | undefined;
	/** The times for which failures were asked for. */
	readonly asked: FailuresRequest["since"][] = [];
	/** How often queues were read. */
	reads = 0;

	async queues(): Promise<QueuesView> {
		this.reads++;
		return { asOfMs: AS_OF_MS, queues: this.depths };
	}

	async busy(): Promise<readonly BusyRoute[]> {
		return this.busyRoutes;
	}

	async stats(): Promise<StatsView> {
		return { asOfMs: AS_OF_MS, steps: this.steps };
	}

	async failures(since: FailuresRequest["since"]): Promise<FailuresView> {
		this.asked.push(since);
		const sinceMs = "atMs" in since ? since.atMs : AS_OF_MS - since.agoMs;
		const { groups, searchedBackToMs } = this;
		return { asOfMs: AS_OF_MS, sinceMs, searchedBackToMs, groups };
	}
}
