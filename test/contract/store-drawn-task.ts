/** New tasks, drawn at random: few routes, and times that come soon or never. */
import type { NewTask } from "../../protocol/task.ts";
import { PLAIN, type TaskOptions } from "../../protocol/task-options.ts";
import type { SeededRandom } from "../random.ts";
import { SOME_OPTIONS } from "./store-bench.ts";
import { LAPSING_MS, NEVER_MS } from "./store-holder.ts";

const TIMED: readonly TaskOptions[] = [LAPSING_MS, NEVER_MS].flatMap((ms) => [
	{ delay: ms },
	{ expiresIn: ms },
	{ delay: LAPSING_MS, expiresIn: ms },
	{ delay: NEVER_MS, expiresAt: "2026-01-01T00:00:00Z" },
	{ retention: ms },
	{ retention: NEVER_MS, delay: ms, expiresIn: ms },
]);

/** Every set of these is drawn, except the empty one. */
export const TAGS = ["x", "y"];
const TAGGED: readonly TaskOptions[] = [["x"], ["y"], ["x", "y"]].map(
	(tags) => ({ tags }),
);

export const ROUTES = ["a|t|", "b|t|", "b|t|gpu", "c|u|"];
const PRIORITIES = [0, 5, 5, 5, 9, 255];

export function drawTask(random: SeededRandom, id: string): NewTask {
	return {
		id,
		route: random.pick(ROUTES),
		priority: random.pick(PRIORITIES),
		options: random.oneIn(4)
			? random.pick(TIMED)
			: random.pick([PLAIN, PLAIN, SOME_OPTIONS, ...TAGGED]),
		payload: JSON.stringify(random.text(4)),
		...(random.oneIn(4) && { again: true }),
	};
}
