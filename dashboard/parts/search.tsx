/**
 * Search: the id of a task opens it; the name of a node leads there; everything else is looked
 * for among the tasks.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Refused } from "../../protocol/client/client.ts";
import { go, hrefOf } from "../state/address.ts";
import { SEARCH_ID } from "../state/keys.ts";
import { ask } from "../state/node.ts";

export function Search(): JSX.Element {
	const isLooking = useSignal(false);
	const look = async (event: SubmitEvent) => {
		event.preventDefault();
		const field = document.getElementById(SEARCH_ID) as HTMLInputElement;
		const text = field.value.trim();
		if (text === "" || isLooking.value) return;
		isLooking.value = true;
		try {
			go(await placeOf(text));
			field.value = "";
			field.blur();
		} catch {
			// The bar says that no node answers; what was typed stays.
		} finally {
			isLooking.value = false;
		}
	};
	return (
		<search>
			<form onSubmit={look}>
				<input
					id={SEARCH_ID}
					type="text"
					placeholder="Find id, type, queue, node …"
					aria-label="Find a task, a type, a queue or a node"
					aria-keyshortcuts="/"
					aria-busy={isLooking.value}
					autocomplete="off"
					spellcheck={false}
				/>
				<span class="key" aria-hidden="true">
					/
				</span>
			</form>
		</search>
	);
}

/** @throws NoAnswer, Refused */
async function placeOf(text: string): Promise<string> {
	if (await isTask(text)) return hrefOf(`tasks/${text}`);
	const { nodes } = await ask("listNodes");
	const node = nodes.find(({ name, id }) => name === text || id === text);
	if (node !== undefined) return hrefOf("nodes", { node: node.name });
	const { queues } = await ask("listQueues", { query: { limit: 500 } });
	if (queues.some(({ queue }) => queue === text))
		return hrefOf("tasks", { queue: text });
	if (queues.some(({ type }) => type === text))
		return hrefOf("tasks", { type: text });
	return hrefOf("tasks", { q: text });
}

async function isTask(id: string): Promise<boolean> {
	try {
		await ask("getTask", { places: { id } });
		return true;
	} catch (error) {
		if (error instanceof Refused && error.problem.status < 429) return false;
		throw error;
	}
}
