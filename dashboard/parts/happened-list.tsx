/** What happened, newest first; it holds still while somebody reads in it. */
import type { JSX } from "preact";
import { hrefOf } from "../state/address.ts";
import { live } from "../state/live.ts";
import { happenedOf } from "../words/happened.ts";
import { exactTime, figure } from "../words/times.ts";
import { useSteady } from "./steady.ts";

const SHOWN = 20;

export function HappenedList(): JSX.Element {
	const all = (live.value?.events ?? []).slice(0, SHOWN).map(happenedOf);
	const { shown, newer, ref, catchUp } = useSteady(all, ({ key }) => key);
	return (
		<aside class="happened" aria-labelledby="happened-title" ref={ref}>
			<h2 id="happened-title">
				What happened
				{newer > 0 && (
					<button type="button" class="quiet" onClick={catchUp}>
						{figure(newer)} newer ↑
					</button>
				)}
			</h2>
			{live.value && shown.length === 0 && (
				<p class="empty">
					Nothing of note yet. What becomes of nodes and tasks is told here.
				</p>
			)}
			<ol>
				{shown.map(({ key, tone, atMs, text, task }) => (
					<li key={key} data-tone={tone}>
						<time>{exactTime(new Date(atMs))}</time>
						{task === undefined ? (
							<span>{text}</span>
						) : (
							<a href={hrefOf(`tasks/${task}`)}>{text}</a>
						)}
					</li>
				))}
			</ol>
		</aside>
	);
}
