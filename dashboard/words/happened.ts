/** What happened, as one line each: what it is like, when, and a sentence. */
import { isReason, type LossReason } from "../../protocol/loss.ts";
import type { LiveEvent } from "./live-model.ts";
import { alone, nameOf } from "./nodes.ts";
import { counted, figure } from "./times.ts";

export interface Happened {
	readonly key: string;
	/** A state of a node or a task, which gives the colour. */
	readonly tone: string;
	readonly atMs: number;
	readonly text: string;
	/** The task that it is about. */
	readonly task?: string;
}

const GROUNDS: Partial<Record<LossReason, string>> = {
	expired: "it did not renew its lease in time",
	silent: "nobody heard it or reached it",
	now: "connection closed, port refused",
	restarted: "it started again",
};

const ENDS: Readonly<Record<string, string>> = {
	"lease-lost": "its node lost the lease",
	revoked: "its node lost the lease",
	"handed-back": "its node handed it back",
	crashed: "its worker died",
	timeout: "it took too long",
	failure: "it failed",
	snoozed: "it asked for it",
};

export function happenedOf(event: LiveEvent): Happened {
	const [tone, text] = sayNode(event) ??
		sayTask(event) ?? ["quiet", event.kind];
	return {
		key: [event.at, event.kind, event.task, event.node, event.token].join(),
		...{ tone, text, atMs: Date.parse(event.at ?? "") },
		...(event.task !== undefined && { task: event.task }),
	};
}

type Said = readonly [tone: string, text: string];

function sayNode(event: LiveEvent): Said | undefined {
	const node = alone(nameOf(event.nodeName, event.node));
	const why = event.why === undefined ? "" : `: ${groundsOf(event.why)}`;
	switch (event.kind) {
		case "node.up":
			return ["up", `${node} is up`];
		case "node.suspect":
			return ["suspect", `${node} is suspect: it is not heard`];
		case "node.cut-off":
			return ["cut-off", `${node} cannot reach Redis`];
		case "node.draining":
			return ["draining", `${node} drains: it takes nothing new`];
		case "node.at-risk":
			return ["at-risk", `${node} is at risk: its machine may be taken away`];
		case "node.left":
			return ["quiet", `${node} has left in good order`];
		case "node.dead":
			return ["dead", `${node} died${why}`];
		case "session.revoked":
			return [
				"STARTED",
				`Lease of ${node} taken${event.tasks === undefined ? "" : `; ${counted(event.tasks, "task")} wait${event.tasks === 1 ? "s" : ""} again`}`,
			];
		case "store.away":
			return ["cut-off", `Redis is away${event.why ? `: ${event.why}` : ""}`];
		case "store.back":
			return ["up", "Redis is back"];
		case "audit":
			return ["draining", sayAudit(event.audit)];
		default:
			return undefined;
	}
}

function groundsOf(why: string): string {
	return (isReason(why) ? GROUNDS[why] : undefined) ?? why;
}

function sayTask(event: LiveEvent): Said | undefined {
	const { kind, state, end, attempt } = event;
	const task = `${alone(event.type ?? "task")} ${shortId(event.task ?? "")}`;
	const node = alone(nameOf(event.nodeName, event.node));
	switch (kind) {
		case "task.started":
			return [
				"STARTED",
				`${task} → ${node}${attempt === undefined ? "" : `, attempt ${figure(attempt)}`}`,
			];
		case "task.ended":
			return [
				state ?? "quiet",
				`${task} ${ENDED[state ?? ""] ?? "ended"}${node && state === "FAILURE" ? ` on ${node}` : ""}`,
			];
		case "task.put-back":
			return [
				state ?? "PENDING",
				`${task} is to run again${end ? `: ${ENDS[end] ?? end}` : ""}`,
			];
		case "task.cancel-asked":
			return [
				"CANCELLED",
				`${task}: asked to end${event.asker ? ` by ${event.asker}` : ""}`,
			];
		case "task.reopened":
			return ["PENDING", `${task} is tried again`];
		case "task.changed":
			return ["quiet", `${task} was changed`];
		case "task.deleted":
			return ["quiet", `${task} was deleted`];
		default:
			return undefined;
	}
}

const ENDED: Readonly<Record<string, string>> = {
	SUCCESS: "is done",
	FAILURE: "failed",
	CANCELLED: "was cancelled",
	EXPIRED: "expired: it waited too long",
};

/** Enough of a long id to tell it from others. */
function shortId(id: string): string {
	const letters = [...id];
	return letters.length <= 14 ? id : `…${letters.slice(-8).join("")}`;
}

/** `cancelTask` is "cancel task". */
function sayAudit(audit: unknown): string {
	if (typeof audit !== "object" || audit === null) return String(audit);
	const { by, operation, target, outcome } = audit as Record<string, unknown>;
	const what = String(operation).replaceAll(
		/[A-Z]/g,
		(letter) => ` ${letter.toLowerCase()}`,
	);
	const who = by === "-" || by === undefined ? "Somebody" : String(by);
	const on = target === "-" || target === undefined ? "" : ` · ${target}`;
	return `${who}: ${what}${on}${outcome === "done" ? "" : ` (${outcome})`}`;
}
