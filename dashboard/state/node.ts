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

/** The base URL of the node that served this page, also behind a proxy. */
export const HERE = new URL(".", location.href).href.replace(/\/$/, "");

/** The node that is asked: the one from which the stream comes. */
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

/** Something that is asked for and does not come: why, as a sentence, and when it last came. */
interface Trouble {
	readonly why: string;
	readonly atMs: number | undefined;
}

/** Troubles, by what was asked for. */
const troubles = signal<ReadonlyMap<string, Trouble>>(new Map());

/** The reason of the first trouble, and the time of the longest one; undefined if the page gets everything it asks for. */
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

/** Reports what became of something that is asked for again and again. */
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

/** Whether the error is an answer after all: that something does not exist, or is not allowed. */
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
