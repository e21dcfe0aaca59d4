/**
 * Retries: a task whose code fails is tried again as often as was asked for, and no more;
 * and whatever else befalls it uses up none of its retries.
 */
import { ATTEMPTS_KEPT_MAX } from "../../protocol/limits.ts";
import type { History } from "./history.ts";
import type { ReadEvent } from "./readings.ts";
import { lastRead } from "./task-history.ts";

export function judgeRetries({ tasks }: History): string[] {
	return [...tasks.values()].flatMap((task) => {
		const read = lastRead(task);
		const [submit] = task.submits;
		if (read === undefined || submit === undefined) return [];
		const { id, retries = 0, mayExpire } = submit;
		const hasFailed = ({ end }: ReadEvent["attempts"][number]) =>
			end === "failure" || end === "timeout";
		const rounds = Map.groupBy(
			read.attempts.filter(hasFailed),
			({ round = 1 }) => round,
		);
		const failed = rounds.get(read.round ?? 1)?.length ?? 0;
		if ([...rounds.values()].some(({ length }) => length > retries + 1))
			return [
				`${id} failed ${failed} times, and was to be tried ${retries + 1} times`,
			];
		// Its oldest attempts may be discarded; and it may have been too late to try it again.
		const isTold = read.attempts.length < ATTEMPTS_KEPT_MAX && !mayExpire;
		const gaveUp = read.state === "FAILURE" && read.errorCode !== "crashed";
		return gaveUp && isTold && failed <= retries
			? [
					`${id} was given up after ${failed} failures, and was to be tried ${retries + 1} times`,
				]
			: [];
	});
}
