/** An event as one line: how it looks, and what it says besides its kind. */
import { DEATH_GROUNDS, whyTaken } from "../../protocol/loss.ts";
import type { EventAsRead } from "../../protocol/schema/events.ts";
import { nameOf } from "./nodes.ts";
import { counted, figure } from "./times.ts";

/** A state of a task or a node, whose glyph and colour it has. */
const TONES = {
	"task.accepted": "PENDING",
	"task.due": "PENDING",
	"task.started": "STARTED",
	"task.put-back": "cut-off",
	"task.changed": "SCHEDULED",
	"task.cancel-asked": "CANCELLED",
	"task.ended": "SUCCESS",
	"task.reopened": "SCHEDULED",
	"task.deleted": "CANCELLED",
	"node.up": "up",
	"node.draining": "draining",
	"node.at-risk": "suspect",
	"node.left": "draining",
	"node.dead": "dead",
	"node.suspect": "suspect",
	"node.cut-off": "cut-off",
	"session.revoked": "dead",
	"store.away": "cut-off",
	"store.back": "up",
	audit: "draining",
	reset: "suspect",
	closing: "suspect",
} as const;

export type EventTone =
	| (typeof TONES)[keyof typeof TONES]
	| NonNullable<EventAsRead["state"]>;

export function toneOf({ kind, state }: EventAsRead): EventTone {
	if (kind === "task.ended" && state !== undefined) return state;
	return TONES[kind];
}

/** Whatever has no column of its own. */
export function detailsOf(event: EventAsRead): string {
	const { kind, attempt, end, by, why, tasks, reason, round } = event;
	if (kind === "reset")
		return reason === "lost"
			? "Redis has lost writes: some events may be missing, and some may be undone"
			: "some events are missing: they were too old to be kept";
	if (kind === "audit") return auditOf(event.audit);
	const isByNode = kind.startsWith("node.") || kind.startsWith("store.");
	return [
		kind === "task.ended" ? "" : endOf(end),
		attempt === undefined ? "" : `attempt ${figure(attempt)}`,
		round === undefined || round === 1 ? "" : `round ${figure(round)}`,
		event.priority === undefined ? "" : `priority ${figure(event.priority)}`,
		event.dueAt === undefined ? "" : `due at ${event.dueAt}`,
		tasks === undefined ? "" : `it ran ${counted(tasks, "task")}`,
		why === undefined ? "" : groundsOf(why),
		by === undefined
			? ""
			: isByNode
				? `seen by ${nameOf(undefined, by)}`
				: `asked by ${event.asker ?? "somebody"} at ${by}`,
	]
		.filter(Boolean)
		.join(" · ");
}

/** Why a lease was taken: the event has a word for it, and a clause is shown. */
function groundsOf(why: string): string {
	const grounds = DEATH_GROUNDS.find((each) => each === why);
	return grounds === undefined ? why : whyTaken(grounds);
}

const endOf = (end: string | undefined): string =>
	end === undefined ? "" : end.replaceAll("-", " ");

/** Who, what, and what came of it; whatever else it may be is shown as it is. */
function auditOf(audit: unknown): string {
	if (typeof audit !== "object" || audit === null) return String(audit);
	const { by, operation, target, outcome } = audit as Record<string, unknown>;
	return [by, operation, target, outcome]
		.filter((each) => each !== undefined && each !== "" && each !== "-")
		.map(String)
		.join(" · ");
}
