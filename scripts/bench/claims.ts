/**
 * What a claim costs Redis while a number of tasks wait, measured alike for all contenders:
 * processor time of Redis's main thread, by its own account.
 *
 * It is taken in windows. Each window reduces the backlog by a part of it, and as many
 * new tasks follow. So the depth is that of the line, and at least half of it.
 */
import { RedisMeter } from "./redis-meter.ts";

const WINDOWS = 20;
const WINDOW_CLAIMS_MAX = 500;

/** The contender that is measured: it claims when told to, and ends no task meanwhile. */
export interface Claimant<Task> {
	submit(count: number): Promise<void>;
	claim(count: number): Promise<readonly Task[]>;
	complete(tasks: readonly Task[]): Promise<void>;
}

/** Microseconds per claimed task, for each depth; depths rise, from an empty store. */
export async function claimCosts<Task>(
	{ submit, claim, complete }: Claimant<Task>,
	redisPort: number,
	depths: readonly number[],
): Promise<number[]> {
	const redis = new RedisMeter(redisPort);
	const costs: number[] = [];
	let waiting = 0;
	for (const depth of depths) {
		await submit(depth - waiting);
		waiting = depth;
		const count = Math.min(WINDOW_CLAIMS_MAX, Math.ceil(depth / 2));
		let micros = 0;
		for (let window = 0; window < WINDOWS; window++) {
			const before = await redis.mainThreadMicros();
			const claimed = await claim(count);
			micros += (await redis.mainThreadMicros()) - before;
			await complete(claimed);
			await submit(count);
		}
		costs.push(micros / (WINDOWS * count));
	}
	redis.close();
	return costs;
}
