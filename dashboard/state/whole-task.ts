/**
 * One task as a node has it, whole: its payload and its result as they were written, since a
 * number of more than 53 bits is not the same once a browser has read it.
 *
 * It is asked for again every second while somebody looks; one that has ended, or is large, less
 * often, as it can hardly change, or much would be sent for little.
 */
import { Refused } from "../../protocol/client/client.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { isEnded } from "../../protocol/state.ts";
import { laidOut, memberOf } from "../words/json-text.ts";
import { client, hasAnswered } from "./node.ts";
import { refuse, token } from "./token.ts";

const CALM_MS = 4_500;
const LARGE_CHARS = 32_768;

export interface WholeTask {
	readonly task: TaskAsRead;
	/** The whole answer, as it came. */
	readonly text: string;
	/** The payload; undefined if the user may not see it. */
	readonly payload: Written | undefined;
	/** The result; undefined if there is none, or the user may not see it. */
	readonly result: Written | undefined;
}

/** A JSON value. */
interface Written {
	/** The text, as it was written. */
	readonly text: string;
	/** The text, laid out for people. */
	readonly shown: string;
}

/** Asks for a task; the answer is the same object as long as it says the same. @throws Refused, NoAnswer */
export function wholeTaskAsker(id: string): {
	readonly ask: () => Promise<WholeTask>;
	/** Discards the last answer, as something was done to the task. */
	readonly forget: () => void;
} {
	let last: WholeTask | undefined;
	let atMs = -Infinity;
	return {
		ask: async () => {
			const isCalm =
				last !== undefined &&
				(isEnded(last.task.state) || last.text.length > LARGE_CHARS);
			if (last && isCalm && performance.now() - atMs < CALM_MS) return last;
			const { value, text } = await answerOf(id);
			atMs = performance.now();
			if (last?.text !== text) last = readWhole(value, text);
			return last;
		},
		forget: () => {
			atMs = -Infinity;
		},
	};
}

/** @throws Refused, NoAnswer */
export async function wholeTask(id: string): Promise<WholeTask> {
	const { value, text } = await answerOf(id);
	return readWhole(value, text);
}

async function answerOf(id: string) {
	const asked = token.value;
	const answer = await client.value.ask("getTask", { places: { id } });
	if (answer.ok) {
		hasAnswered.value = true;
		return answer;
	}
	if (answer.problem.status === 401) refuse(answer.problem.detail, asked);
	throw new Refused("getTask", answer.problem);
}

function readWhole(task: TaskAsRead, text: string): WholeTask {
	const [payload, result] = ["payload", "result"].map((name) => {
		const member = memberOf(text, name);
		return member && { text: member, shown: laidOut(member) };
	});
	return {
		task,
		text,
		payload: payload || undefined,
		result: result || undefined,
	};
}
