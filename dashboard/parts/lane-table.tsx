/** What the lanes draw, as a table for those who cannot see them. */
import type { JSX } from "preact";
import { type BarKind, kindOf } from "../charts/lanes.ts";
import { LANE_MS, type LiveModel, type LiveNode } from "../words/live-model.ts";
import { figure } from "../words/times.ts";

const KINDS: readonly [BarKind, string][] = [
	["done", "Done"],
	["failed", "Failed"],
	["runs", "Under way"],
	["cut", "Cut off"],
];

interface Parts {
	readonly nodes: readonly LiveNode[];
	readonly model: LiveModel;
}

export function LaneTable({ nodes, model }: Parts): JSX.Element {
	// If there are so many attempts that only the load of each second is told, they are not counted.
	const counts = model.isByCells ? undefined : countsOf(model);
	const heads = counts ? [...KINDS.map(([, head]) => head), "Moved here"] : [];
	return (
		<div class="unseen">
			<table>
				<caption>What each node ran in the last minute</caption>
				<thead>
					<tr>
						{["Node", "State", "Slots taken", ...heads].map((head) => (
							<th key={head} scope="col">
								{head}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{nodes.map(({ n, name, state, running = 0, slots = 0 }) => (
						<tr key={n}>
							<th scope="row">{name}</th>
							<td>{state}</td>
							<td>
								{figure(running)} of {figure(slots)}
							</td>
							{heads.map((head) => (
								<td key={head}>{figure(counts?.get(`${n} ${head}`) ?? 0)}</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

/** Counts of what the lanes show, by node and column. */
function countsOf({ attempts, nowMs }: LiveModel): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
	for (const attempt of attempts.values()) {
		if ((attempt.endedMs ?? nowMs) < nowMs - LANE_MS) continue;
		const kind = kindOf(attempt);
		const [, head] = KINDS.find(([each]) => each === kind) ?? [];
		if (head) count(`${attempt.n} ${head}`);
		if (attempt.moved) count(`${attempt.n} Moved here`);
	}
	return counts;
}
