/** The machine and the versions that the figures belong to. */
import {
	availableParallelism,
	cpus,
	platform,
	release,
	totalmem,
} from "node:os";
import { VERSION } from "../../test/tools/bullmq.ts";

export interface Machine {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGiB: number;
	readonly system: string;
	readonly node: string;
	readonly redis: string;
	readonly bullmq: string;
}

export function describeMachine(redisVersion: string): Machine {
	return {
		cpu: cpus()[0]?.model.trim() ?? "unknown",
		cores: availableParallelism(),
		memoryGiB: Math.round(totalmem() / 2 ** 30),
		system: `${platform()} ${release()}`,
		node: process.versions.node,
		redis: redisVersion,
		bullmq: VERSION,
	};
}
