/** What an empty page teaches: one line to try, and what to do then. */
import type { JSX } from "preact";
import { may, token } from "../state/token.ts";
import { Copy } from "./copy.tsx";

export function Lesson(): JSX.Element {
	const url = new URL("v1/tasks", location.href.replace(/[?#].*$/, "")).href;
	const access =
		token.value === undefined
			? ""
			: ` -H "Authorization: Bearer $HEARSAY_TOKEN"`;
	const line = `curl ${url}${access} -H "Content-Type: application/json" -d '{"type":"process_task"}'`;
	return (
		<section class="lesson" aria-label="How to begin">
			<h2>No task has run here lately</h2>
			{may("submit") ? (
				<>
					<p>Submit one, a few times over:</p>
					<div class="example">
						<pre>{line}</pre>
						<Copy text={line} />
					</div>
					<p>
						Then kill a node, and see its tasks begin again on another. The{" "}
						<a href="docs/start">manual</a> says how.
					</p>
				</>
			) : (
				<p>
					Your token may read only. What others submit shows here as it runs.
				</p>
			)}
		</section>
	);
}
