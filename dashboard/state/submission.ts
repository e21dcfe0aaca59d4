/**
 * A submission while it is filled in and sent. It has a name before it is sent: if no answer comes,
 * sending it again is safe, as the same name is the same task.
 */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Refused } from "../../protocol/client/client.ts";
import type { TaskAsSubmitted } from "../../protocol/schema/submitted.ts";
import type { StateWhenTaken } from "../../protocol/schema.ts";
import { type Draft, draftOf, readDraft } from "../words/submission.ts";
import { newId } from "./new-id.ts";
import { ask, reasonOf } from "./node.ts";
import { wholeTask } from "./whole-task.ts";

export interface Refusal {
	/** The field at which it is shown; undefined for the form as a whole. */
	readonly field: string | undefined;
	readonly why: string;
}

export type Taken = StateWhenTaken & { readonly id: string };

const EMPTY: Draft = { type: "", payload: "" };

export interface Submission {
	readonly draft: Signal<Draft>;
	readonly refusal: Signal<Refusal | undefined>;
	readonly taken: Signal<Taken | undefined>;
	readonly isSending: Signal<boolean>;
	readonly send: () => Promise<void>;
}

/** A submission; `from` is the task that it begins as a copy of. */
export function useSubmission(from: string | undefined): Submission {
	const draft = useSignal(EMPTY);
	const refusal = useSignal<Refusal>();
	const taken = useSignal<Taken>();
	const isSending = useSignal(false);
	const ownId = useRef<string | undefined>(undefined);
	useEffect(() => {
		if (from === undefined) return;
		wholeTask(from).then(
			({ task, payload }) => {
				draft.value = draftOf(task, payload?.shown, Date.now());
			},
			(error) => {
				refusal.value = { field: undefined, why: reasonOf(error) };
			},
		);
	}, []);
	const send = async () => {
		if (isSending.value) return;
		const read = readDraft(draft.value);
		refusal.value = read.ok ? undefined : read;
		if (!read.ok) return;
		isSending.value = true;
		ownId.current ??= newId();
		const body = { id: ownId.current, ...read.fields } as TaskAsSubmitted;
		try {
			const answer = await ask("submitTasks", { body });
			if ("id" in answer) taken.value = answer;
			ownId.current = undefined;
		} catch (error) {
			refusal.value = refusalOf(error);
			// A refused task was not stored; one that got no answer may have been.
			if (error instanceof Refused) ownId.current = undefined;
		} finally {
			isSending.value = false;
		}
	};
	return { draft, refusal, taken, isSending, send };
}

function refusalOf(error: unknown): Refusal {
	if (!(error instanceof Refused))
		return {
			field: undefined,
			why: "No answer came. Submit again: it is the same task, and runs once.",
		};
	// A problem with `payload.n` is shown at the payload.
	const field = error.problem.field?.split(/[./[]/)[0] || undefined;
	return { field, why: reasonOf(error) };
}
