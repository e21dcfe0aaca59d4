/** What is done with ended tasks, drawn at random: they are forgotten, or opened again. */
import type { SeededRandom } from "../random.ts";
import { LAPSING_MS, NEVER_MS } from "./store-holder.ts";
import type { Operation } from "./store-operation.ts";

export function drawTrim(random: SeededRandom): Operation {
	const keep = () => ({
		...{ ms: NEVER_MS, number: random.below(12) },
		bytes: random.pick([0, NEVER_MS]),
	});
	const keeps = { successes: keep(), failures: keep() };
	return { method: "tasks.trim", args: [keeps, 0] };
}

export function drawRetry(
	random: SeededRandom,
	ids: readonly string[],
): Operation {
	const requests = [...new Set(ids)].map((id) => ({
		...{ id, round: random.pick([undefined, 1, 1, 2, 2, 3]) },
		afterMs: random.pick([0, 0, LAPSING_MS, NEVER_MS]),
		expiresMs: random.pick([undefined, LAPSING_MS, NEVER_MS]),
	}));
	return { method: "tasks.retry", args: [requests] };
}
