/**
 * What can be done with a task: cancel it, run it again, delete it, submit another like it, copy
 * the command that does so. What its state or somebody's token does not allow is not offered.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { REASON_CHARS_MAX } from "../../protocol/limits.ts";
import { isEnded } from "../../protocol/state.ts";
import { hrefOf } from "../state/address.ts";
import { ask, server } from "../state/node.ts";
import { may, token } from "../state/token.ts";
import type { WholeTask } from "../state/whole-task.ts";
import { againOf, curlOf } from "../words/task.ts";
import { AskFirst } from "./ask-first.tsx";
import { Copy } from "./copy.tsx";

interface Parts {
	readonly whole: WholeTask;
	/** Something was done to the task: it is to be read again at once. */
	readonly changed: () => void;
	/** The task was deleted. */
	readonly gone: () => void;
}

export function TaskActions({ whole, changed, gone }: Parts): JSX.Element {
	const { task, payload } = whole;
	const { id, round, state } = task;
	const places = { id };
	const hasEnded = isEnded(state);
	const body = againOf(task, payload?.text);
	return (
		<div class="actions">
			{may("submit") && hasEnded && state !== "SUCCESS" && (
				<AskFirst
					label="Retry"
					question="It runs again, as another round; what it did before stays readable."
					yes="Retry it"
					act={async () => {
						await ask("retryTask", { places, body: { round } });
						changed();
						return "It is to run again.";
					}}
				/>
			)}
			{may("submit") && !hasEnded && <Cancel {...{ whole, changed }} />}
			{may("submit") && (
				<a class="button" href={hrefOf("submit", { from: id })}>
					Submit again …
				</a>
			)}
			<Copy
				text={curlOf(server.value, body, token.value !== undefined)}
				label="Copy curl"
			/>
			<Copy text={whole.text} label="Copy JSON" />
			{may("operate") && hasEnded && (
				<AskFirst
					label="Delete"
					question="It is gone for good, with its result and its attempts."
					yes="Delete it"
					act={async () => {
						await ask("deleteTask", { places });
						gone();
						return "It is deleted.";
					}}
				/>
			)}
		</div>
	);
}

function Cancel({ whole, changed }: Omit<Parts, "gone">): JSX.Element {
	const { id, round, state } = whole.task;
	const reason = useSignal("");
	const field = useId();
	const question =
		state === "STARTED"
			? "Its code is told to stop; a result that comes first stands."
			: "It ends at once, without having run.";
	return (
		<AskFirst
			label="Cancel"
			question={question}
			yes="Cancel it"
			act={async () => {
				const said = reason.value.trim();
				const body = { round, ...(said !== "" && { reason: said }) };
				await ask("cancelTask", { places: { id }, body });
				changed();
				return state === "STARTED" ? "It is told to stop." : "It is cancelled.";
			}}
		>
			<label for={field}>Reason</label>
			<input
				id={field}
				type="text"
				maxLength={REASON_CHARS_MAX}
				placeholder="may be left out"
				onInput={({ currentTarget }) => {
					reason.value = currentTarget.value;
				}}
			/>
		</AskFirst>
	);
}
