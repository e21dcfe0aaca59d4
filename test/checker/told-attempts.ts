/**
 * What is told of attempts is so: of one that is said to have begun the code did, on that node, and not
 * before it was claimed; and one that was lost says why.
 */
import type { History } from "./history.ts";
import type { ReadEvent } from "./readings.ts";

export function judgeToldAttempts({ tasks }: History): string[] {
	const broken: string[] = [];
	for (const { id, starts, reads } of tasks.values()) {
		const began = new Set(starts.map(({ token, node }) => `${token} ${node}`));
		for (const read of reads)
			if (read.kind === "read")
				for (const attempt of read.attempts)
					broken.push(
						...flawsOf(attempt, began).map(
							(flaw) => `${id}, token ${attempt.token}, ${flaw}`,
						),
					);
	}
	return broken;
}

function flawsOf(
	{ token, node, claimedMs = 0, startedMs, end, why }: Told,
	began: ReadonlySet<string>,
): string[] {
	const flaws: string[] = [];
	if (startedMs !== undefined && !began.has(`${token} ${node}`))
		flaws.push(`is said to have begun on ${node}, and did not`);
	if (startedMs !== undefined && startedMs < claimedMs)
		flaws.push(`began at ${startedMs}, and was claimed at ${claimedMs}`);
	if ((end === "revoked" || end === "lease-lost") && why === "")
		flaws.push("was lost and does not say why");
	return flaws;
}

type Told = ReadEvent["attempts"][number];
