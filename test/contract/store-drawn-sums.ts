/** A node's statistics, drawn at random. */
import type { WorkSums } from "../../node/ports.ts";
import { noSums } from "../../protocol/work-sums.ts";
import type { SeededRandom } from "../random.ts";

export function drawSums(random: SeededRandom): WorkSums[] {
	return ["a", "b"].slice(random.below(2)).map((queue) => {
		const sums = noSums();
		sums.waits[random.below(3)] = random.below(4);
		sums.runs[random.below(3)] = random.below(4);
		const [ended, failed] = [random.below(9), random.below(2)];
		const times = { waitMs: random.below(9_999), runMs: random.below(99) };
		const type = random.pick(["t", "u"]);
		return { ...sums, queue, type, ended, failed, ...times };
	});
}
