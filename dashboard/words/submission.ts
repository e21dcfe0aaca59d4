/**
 * A submission as somebody fills it in: a text a field, and what they mean. What a node would
 * refuse it says itself; here is only said what could not even be sent.
 */
import { PAYLOAD_BYTES_MAX } from "../../protocol/limits.ts";
import { OPTION_NAMES } from "../../protocol/option-names.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { readExactly } from "./json-text.ts";

export type Draft = Readonly<Record<string, string>>;

/** Its fields besides type and payload, in the order of the form. */
export const PLACE_FIELDS = ["queue", "priority", "id", "labels"] as const;
/** The options that the form has: nobody types a trace. */
export const OPTION_FIELDS: readonly string[] = OPTION_NAMES.filter(
	(name) => !name.startsWith("trace"),
);

const NUMBERS: readonly string[] = ["priority", "retries"];
const LISTS: readonly string[] = ["labels", "tags"];
const OBJECTS: readonly string[] = ["backoff"];
const MOMENTS: readonly string[] = ["runAt", "expiresAt"];

/** The examples shown in empty fields. */
export const EXAMPLES: Draft = {
	queue: "default",
	priority: "5",
	id: "given by the node",
	labels: "gpu, eu",
	delay: "30s",
	runAt: "2026-12-01T08:00:00Z",
	expiresAt: "2026-12-01T09:00:00Z",
	expiresIn: "1h",
	retries: "3",
	backoff: '{"type":"fixed","delay":"10s"}',
	timeout: "5m",
	killAfter: "5s",
	onLeaseLost: "abort",
	retention: "7d",
	tags: "customer:42, nightly",
};

type Read =
	| { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
	| { readonly ok: false; readonly field: string; readonly why: string };

/** The submission in the form in which it is sent. */
export function readDraft(draft: Draft): Read {
	if ((draft.type ?? "").trim() === "")
		return { ok: false, field: "type", why: "Say which task code is to run." };
	const fields: Record<string, unknown> = {};
	for (const name of ["type", ...PLACE_FIELDS, ...OPTION_FIELDS]) {
		const text = (draft[name] ?? "").trim();
		if (text === "") continue;
		const value = meantBy(name, text);
		if (value === undefined)
			return {
				...{ ok: false, field: name },
				why: `"${text}" is not what ${name} can be; an example is ${EXAMPLES[name]}.`,
			};
		fields[name] = value;
	}
	const payload = readPayload(draft.payload ?? "");
	if (!payload.ok) return { ok: false, field: "payload", why: payload.why };
	return { ok: true, fields: { ...fields, payload: payload.value } };
}

/** The payload that was typed; an empty field is null. */
export function readPayload(text: string): ReturnType<typeof readExactly> {
	if (text.trim() === "") return { ok: true, value: null };
	const read = readExactly(text);
	if (!read.ok) return read;
	const { length } = new TextEncoder().encode(JSON.stringify(read.value));
	if (length <= PAYLOAD_BYTES_MAX) return read;
	const why = `It has ${length} bytes, and a payload ${PAYLOAD_BYTES_MAX} at most: put it elsewhere, and its address here.`;
	return { ok: false, why };
}

function meantBy(name: string, text: string): unknown {
	if (NUMBERS.includes(name)) return /^\d{1,9}$/.test(text) ? +text : undefined;
	if (LISTS.includes(name)) return text.split(/[\s,]+/).filter(Boolean);
	if (!OBJECTS.includes(name)) return text;
	const read = readExactly(text);
	return read.ok ? read.value : undefined;
}

/** A draft of another task like this one, without its id, which is taken, and times that have passed. */
export function draftOf(
	task: TaskAsRead,
	payload: string | undefined,
	nowMs: number,
): Draft {
	const draft: Record<string, string> = {
		type: task.type,
		payload: payload ?? "",
	};
	const fields: Readonly<Record<string, unknown>> = { ...task, id: undefined };
	for (const name of [...PLACE_FIELDS, ...OPTION_FIELDS]) {
		const value = fields[name];
		if (value === undefined) continue;
		if (MOMENTS.includes(name) && Date.parse(String(value)) <= nowMs) continue;
		draft[name] = Array.isArray(value)
			? value.join(", ")
			: typeof value === "object"
				? JSON.stringify(value)
				: String(value);
	}
	return draft;
}

/** An id for a submission, so that sending it twice submits it once. Ids sort by time, as those that nodes give. */
export function newTaskId(nowMs: number, random: Uint8Array): string {
	const letters = [...random].map((each) => (each % 36).toString(36)).join("");
	return `${nowMs.toString(36).padStart(9, "0")}${letters}`;
}
