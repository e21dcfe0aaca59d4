/**
 * The node that the page asks, and how live what it shows is.
 *
 * All of the page asks through `ask`, so it is known that somebody has to sign in. What is asked
 * for again and again says here if it does not come.
 */
import { computed, signal } from "@preact/signals";
import {
	Client,
	Refused,
	type Rest,
	type Told,
} from "../../protocol/client/client.ts";
import type { OperationId } from "../../protocol/operations.ts";
import { refuse, token } from "./token.ts";

const ANSWER_MS_MAX = 5_000;

/** Of the node that served this page, wherever a proxy has put it. */
export const HERE = new URL(".", location.href).href.replace(/\/$/, "");

/** Who is asked: the node that the stream comes from. */
export const server = signal(HERE);

export const client = computed(
	() =>
		new Client({
			url: server.value,
			fetch: (url, request) => fetch(url, request),
			token: token.value,
			patience: () => AbortSignal.timeout(ANSWER_MS_MAX),
		}),
);

/** Whether a node has answered since the page was opened. */
export const hasAnswered = signal(false);

/** What does not come: why, as a sentence, and when it came last. */
interface Trouble {
	readonly why: string;
	readonly atMs: number | undefined;
}

/** By what is asked for. */
const troubles = signal<ReadonlyMap<string, Trouble>>(new Map());

/** Why it was not answered first, and since when it is the longest; undefined: all comes that the page asks for. */
export const trouble = computed((): Trouble | undefined => {
	const all = [...troubles.value.values()];
	const times = all.flatMap(({ atMs }) => atMs ?? []);
	return (
		all[0] && {
			why: all[0].why,
			atMs: times.length > 0 ? Math.min(...times) : undefined,
		}
	);
});

/** Says what has become of something that is asked for again and again. */
export function tellTrouble(key: string, told: Trouble | undefined): void {
	if (told === undefined && !troubles.value.has(key)) return;
	const next = new Map(troubles.value);
	if (told === undefined) next.delete(key);
	else next.set(key, told);
	troubles.value = next;
}

/** @throws Refused, NoAnswer */
export async function ask<Id extends OperationId>(
	id: Id,
	...question: Rest<Id>
): Promise<Told<Id>> {
	const asked = token.value;
	try {
		const answer = await client.value.value(id, ...question);
		hasAnswered.value = true;
		return answer;
	} catch (error) {
		if (error instanceof Refused && error.problem.status === 401)
			refuse(error.problem.detail, asked);
		throw error;
	}
}

/** That something is not there, or not allowed, is an answer like others. */
export function isAnswer(error: unknown): boolean {
	return error instanceof Refused && error.problem.status < 429;
}

/**
 * A failed fetch says nothing that a person could use; a problem's detail does,
 * but for its advice, which this page follows by itself.
 */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Refused)) return "This node does not answer.";
	const advice = /; try again shortly(, or another node)?\.$/;
	return error.problem.detail.replace(advice, ".");
}
