/** One task: all that is known of it. */
import type { JSX } from "preact";
import type { Page, Place } from "../page.ts";
import { Copy } from "../parts/copy.tsx";
import { Badge } from "../parts/glyph.tsx";
import { useAsked } from "../state/asked.ts";
import { ask } from "../state/node.ts";

export const page: Page = { path: "tasks/*", title: "Task", View: Task };

function Task({ rest: id }: Place): JSX.Element {
	const { value, why } = useAsked(`task ${id}`, () =>
		ask("getTask", { places: { id } }),
	).value;
	return (
		<section aria-labelledby="task-title">
			<h1 id="task-title">
				{value && <Badge state={value.state} />} <bdi>{id}</bdi>
			</h1>
			{why !== undefined && <p data-tone="dead">{why}</p>}
			{value && (
				<>
					<Copy text={JSON.stringify(value, undefined, 2)} label="Copy JSON" />
					<pre>{JSON.stringify(value, undefined, 2)}</pre>
				</>
			)}
		</section>
	);
}
