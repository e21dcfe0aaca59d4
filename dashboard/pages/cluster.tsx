/**
 * The cluster at a look: the verdict, five figures, what each node runs and what moved, what
 * waits and what happened. All of it is drawn from `/v1/live`.
 */
import type { JSX } from "preact";
import type { Page } from "../page.ts";
import { Figures } from "../parts/figures.tsx";
import { HappenedList } from "../parts/happened-list.tsx";
import { Lanes } from "../parts/lanes.tsx";
import { Lesson } from "../parts/lesson.tsx";
import { VerdictBar } from "../parts/verdict-bar.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { live } from "../state/live.ts";

export const page: Page = {
	path: "",
	title: "Cluster",
	rank: 10,
	key: "c",
	View: Cluster,
};

function Cluster(): JSX.Element {
	return (
		<div class="cluster">
			<h1 class="unseen">Cluster</h1>
			<VerdictBar />
			<Figures />
			<div class="beside">
				<div>
					<Lanes />
					{isUnused() && <Lesson />}
				</div>
				<HappenedList />
			</div>
			<Waiting />
		</div>
	);
}

/** Nothing waits, runs, or has run within a quarter of an hour. */
function isUnused(): boolean {
	const { figures, attempts } = live.value ?? {};
	if (figures === undefined || attempts === undefined) return false;
	const { pending, started, endedInMinute, failing } = figures;
	const all = pending + started + endedInMinute + failing.ended;
	return all === 0 && attempts.size === 0;
}
