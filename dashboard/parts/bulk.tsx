/**
 * To do something to all tasks that fit the filters: they are counted first, and it is done only to
 * who says yes to that number. It goes on step by step, and says how far it has come.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isEnded, type TaskState } from "../../protocol/state.ts";
import { ask, reasonOf } from "../state/node.ts";
import { counted, figure } from "../words/times.ts";

/** A request goes on for up to 20 s. */
const ANSWER_MS_MAX = 40_000;

const DEEDS = {
	retry: {
		operation: "retryTasks",
		label: "Retry all",
		done: "retried",
		means: "Each runs again, as another round.",
		fits: (state: TaskState) => isEnded(state) && state !== "SUCCESS",
	},
	cancel: {
		operation: "cancelTasks",
		label: "Cancel all",
		done: "cancelled",
		means: "Those that wait end at once; those that run are told to stop.",
		fits: (state: TaskState) => !isEnded(state),
	},
	delete: {
		operation: "deleteTasks",
		label: "Delete all",
		done: "deleted",
		means: "They are gone for good.",
		fits: isEnded,
	},
} as const;

type Deed = (typeof DEEDS)[keyof typeof DEEDS];
export type BulkFilter = Readonly<Record<string, unknown>>;

interface Parts {
	readonly filter: BulkFilter;
	readonly state: TaskState | undefined;
}

type Stage =
	| { readonly at: "rest"; readonly said: string }
	| { readonly at: "busy"; readonly said: string }
	| { readonly at: "asking"; readonly deed: Deed; readonly count: number };

export function Bulk({ filter, state }: Parts): JSX.Element {
	const stage = useSignal<Stage>({ at: "rest", said: "" });
	const yes = useRef<HTMLButtonElement>(null);
	const now = stage.value;
	useEffect(() => {
		if (now.at === "asking") yes.current?.focus();
	}, [now.at]);
	const rest = (said: string) => {
		stage.value = { at: "rest", said };
	};
	const busy = (said: string) => {
		stage.value = { at: "busy", said };
	};
	const count = async (deed: Deed) => {
		busy("Counting …");
		try {
			const { matched } = await goThrough(deed, filter, true, ({ matched }) =>
				busy(`Counting … ${figure(matched)}`),
			);
			if (matched === 0) rest(`No task here can be ${deed.done}.`);
			else stage.value = { at: "asking", deed, count: matched };
		} catch (error) {
			rest(reasonOf(error));
		}
	};
	const act = async (deed: Deed, count: number) => {
		let done = { matched: 0, changed: 0, skipped: 0 };
		busy(`0 of ${figure(count)} ${deed.done} …`);
		try {
			done = await goThrough(deed, filter, false, (so) => {
				done = so;
				busy(`${figure(so.changed)} of ${figure(count)} ${deed.done} …`);
			});
			const skipped =
				done.skipped === 0
					? ""
					: ` Something else had happened to ${figure(done.skipped)} meanwhile.`;
			rest(`${counted(done.changed, "task")} ${deed.done}.${skipped}`);
		} catch (error) {
			rest(`${counted(done.changed, "task")} ${deed.done}. ${reasonOf(error)}`);
		}
	};
	if (now.at === "asking") {
		const { deed, count } = now;
		const close = () => rest("");
		return (
			<fieldset
				class="asks"
				onKeyDown={(event) => {
					if (event.key !== "Escape") return;
					event.preventDefault();
					close();
				}}
			>
				<span>
					<b>{counted(count, "task")}</b> would be {deed.done}. {deed.means}
				</span>
				<button
					ref={yes}
					type="button"
					class="grave"
					onClick={() => act(deed, count)}
				>
					{deed.label}: {figure(count)}
				</button>
				<button type="button" onClick={close}>
					No
				</button>
			</fieldset>
		);
	}
	return (
		<span class="asks bulk">
			{Object.values(DEEDS)
				.filter(({ fits }) => state === undefined || fits(state))
				.map((deed) => (
					<button
						key={deed.label}
						type="button"
						disabled={now.at === "busy"}
						onClick={() => count(deed)}
					>
						{deed.label} …
					</button>
				))}
			<span role="status">{now.said}</span>
		</span>
	);
}

interface Done {
	readonly matched: number;
	readonly changed: number;
	readonly skipped: number;
}

/** @throws Refused, NoAnswer */
async function goThrough(
	{ operation }: Deed,
	filter: BulkFilter,
	dryRun: boolean,
	tell: (done: Done) => void,
): Promise<Done> {
	let done = { matched: 0, changed: 0, skipped: 0 };
	let cursor: string | undefined;
	do {
		const answer = await ask(operation, {
			body: {
				...(Object.keys(filter).length === 0 ? { all: true } : { filter }),
				...(dryRun && { dryRun }),
				...(cursor !== undefined && { cursor }),
			},
			patience: AbortSignal.timeout(ANSWER_MS_MAX),
		});
		done = {
			matched: done.matched + answer.matched,
			changed: done.changed + answer.changed,
			skipped: done.skipped + answer.skipped,
		};
		cursor = answer.cursor;
		tell(done);
	} while (cursor !== undefined);
	return done;
}
