/**
 * What users do with tasks, drawn at random: waiting tasks are changed, ended ones are
 * deleted or reopened, others cancelled.
 */
import { TASK_STATES } from "../../protocol/state.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import type { SeededRandom } from "../random.ts";
import { SOME_OPTIONS } from "./store-bench.ts";
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

export function drawCancel(
	random: SeededRandom,
	ids: readonly string[],
): Operation {
	const request = {
		...{ tasks: drawRounds(random, ids), by: random.pick(["ann", "bob"]) },
		reason: random.pick(["", "why\nnot"]),
		force: random.oneIn(3),
		state: random.pick([undefined, undefined, ...TASK_STATES]),
	};
	return { method: "tasks.cancel", args: [request] };
}

export function drawRemove(
	random: SeededRandom,
	ids: readonly string[],
): Operation {
	return { method: "tasks.remove", args: [drawRounds(random, ids)] };
}

/** Draws a round to name for each task. */
function drawRounds(random: SeededRandom, ids: readonly string[]) {
	return ids.map((id) => ({ id, round: random.pick([undefined, 1, 2]) }));
}

const OPTIONS = [PLAIN, SOME_OPTIONS, { delay: NEVER_MS }, { expiresIn: 7 }];

export function drawChange(random: SeededRandom, id: string): Operation {
	const when = () =>
		random.pick([
			...[undefined, { afterMs: LAPSING_MS }, { afterMs: NEVER_MS }],
			{ atMs: 1 },
		]);
	const request = {
		...{ id, seen: random.pick([PLAIN, ...OPTIONS]) },
		...{ options: random.pick(OPTIONS), due: when(), expires: when() },
		priority: random.pick([undefined, 0, 5, 9]),
	};
	return { method: "tasks.change", args: [request] };
}
