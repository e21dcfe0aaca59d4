/**
 * To do something to all tasks that fit the filters: they are counted first, and it is done only to
 * who says yes to that number. It goes on step by step, and says how far it has come.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isEnded, type TaskState } from "../../protocol/state.ts";
import {
	type BulkDone,
	type BulkFilter,
	goThrough,
	NOTHING_DONE,
} from "../state/bulk.ts";
import { reasonOf } from "../state/node.ts";
import { counted, figure } from "../words/times.ts";

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

interface Parts {
	readonly filter: BulkFilter;
	readonly state: TaskState | undefined;
}

type Stage =
	| { readonly at: "rest"; readonly said: string }
	| { readonly at: "busy"; readonly said: string }
	| { readonly at: "asking"; readonly deed: Deed; readonly count: number };

export function Bulk({ filter, state }: Parts): JSX.Element {
	const { stage, count, act, leave } = useBulk(filter);
	const now = stage.value;
	if (now.at === "asking") return <Asking now={now} act={act} leave={leave} />;
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
			<span role="status">{now.said || undefined}</span>
		</span>
	);
}

function useBulk(filter: BulkFilter) {
	const stage = useSignal<Stage>({ at: "rest", said: "" });
	const say = (at: "rest" | "busy", said: string) => {
		stage.value = { at, said };
	};
	const count = async (deed: Deed) => {
		say("busy", "Counting …");
		const tell = ({ matched }: BulkDone) =>
			say("busy", `Counting … ${figure(matched)}`);
		try {
			const { matched } = await goThrough(deed.operation, filter, true, tell);
			if (matched === 0) say("rest", `No task here can be ${deed.done}.`);
			else stage.value = { at: "asking", deed, count: matched };
		} catch (error) {
			say("rest", reasonOf(error));
		}
	};
	const act = async (deed: Deed, count: number) => {
		let so = NOTHING_DONE;
		say("busy", `0 of ${figure(count)} ${deed.done} …`);
		try {
			await goThrough(deed.operation, filter, false, (done) => {
				so = done;
				say("busy", `${figure(so.changed)} of ${figure(count)} ${deed.done} …`);
			});
			say(
				"rest",
				`${counted(so.changed, "task")} ${deed.done}.${skippedOf(so)}`,
			);
		} catch (error) {
			const done = `${counted(so.changed, "task")} ${deed.done}.`;
			say("rest", `${done} ${reasonOf(error)}`);
		}
	};
	return { stage, count, act, leave: () => say("rest", "") };
}

const skippedOf = ({ skipped }: BulkDone): string =>
	skipped === 0
		? ""
		: ` Something else had happened to ${figure(skipped)} meanwhile.`;

interface AskingParts {
	readonly now: Extract<Stage, { at: "asking" }>;
	readonly act: (deed: Deed, count: number) => void;
	readonly leave: () => void;
}

function Asking({ now: { deed, count }, act, leave }: AskingParts) {
	const yes = useRef<HTMLButtonElement>(null);
	useEffect(() => yes.current?.focus(), []);
	return (
		<fieldset
			class="asks"
			onKeyDown={(event) => {
				if (event.key !== "Escape") return;
				event.preventDefault();
				leave();
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
			<button type="button" onClick={leave}>
				No
			</button>
		</fieldset>
	);
}
