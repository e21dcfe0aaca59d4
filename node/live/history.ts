/**
 * History: what happened before anybody read, as far as the store can tell it at little cost: what was told last
 * of events, read backwards up to a size, and what runs. Each step is a short one.
 */
import type { StoreEvent } from "../../protocol/event.ts";
import type { ReadPlace } from "../../protocol/event-id.ts";
import { parseSession } from "../../protocol/lease.ts";
import {
	LIVE_ATTEMPTS_MAX,
	LIVE_BACK_BYTES_MAX,
	LIVE_BACK_MS,
	LIVE_HEADS_STEPS_MAX,
	LIVE_HELD_MAX,
	LIVE_SESSIONS_STEP,
} from "../../protocol/limits.ts";
import type {
	EventEntry,
	HeldAttempt,
	LiveHead,
	LiveLook,
	ShardEvents,
	ShardLive,
} from "../ports.ts";

export interface HistoryShard {
	readonly events: Pick<ShardEvents, "after" | "before">;
	readonly live: Pick<ShardLive, "look" | "holders" | "heads" | "sample">;
}

export interface Happened {
	readonly event: StoreEvent;
	readonly shard: number;
	/** When it happened, in the store's time. */
	readonly atMs: number;
}

export interface Held extends HeldAttempt {
	readonly shard: number;
	/** Undefined: not asked, or gone. */
	readonly head: LiveHead | undefined;
}

export interface History {
	/** Up to where it was to end, in order within each shard. */
	readonly happened: readonly Happened[];
	/** The history is complete from here on. */
	readonly sinceMs: number;
	readonly held: readonly Held[];
}

/** Where the history of a shard ends, and its events go on. */
export interface HistoryEnd {
	readonly place: ReadPlace;
	/** The shard's time then. */
	readonly nowMs: number;
}

/** If it ends now. @throws StoreError */
export async function endsOf(
	shards: readonly Pick<HistoryShard, "events">[],
): Promise<HistoryEnd[]> {
	return await Promise.all(
		shards.map(async ({ events }) => {
			const { from, nowMs } = await events.after(undefined);
			return { place: { ...from, read: 0 }, nowMs };
		}),
	);
}

/**
 * `ends`, `looks`: one of each shard. `headsMax`: of so many attempts that run, the longest first, it is read what
 * they are. @throws StoreError
 */
export async function readHistory(
	shards: readonly HistoryShard[],
	ends: readonly HistoryEnd[],
	looks: readonly LiveLook[],
	headsMax = LIVE_ATTEMPTS_MAX,
): Promise<History> {
	const bytesMax = LIVE_BACK_BYTES_MAX / shards.length;
	const backs = await Promise.all(
		shards.map(({ events }, shard) =>
			readBack(events, shard, ends[shard] as HistoryEnd, bytesMax),
		),
	);
	const held = await Promise.all(
		shards.map(({ live }, shard) =>
			readHeld(live, shard, looks[shard], headsMax),
		),
	);
	return {
		happened: merged(backs.map(({ happened }) => happened)),
		sinceMs: Math.max(...backs.map(({ sinceMs }) => sinceMs)),
		held: held.flat(),
	};
}

/** All events by time; those of one shard stay in their order even if its clock was put back. */
function merged(shards: readonly (readonly Happened[])[]): Happened[] {
	return shards
		.flatMap((happened) => {
			let latestMs = 0;
			return happened.map((each) => {
				latestMs = Math.max(latestMs, each.atMs);
				return { each, latestMs };
			});
		})
		.sort((a, b) => a.latestMs - b.latestMs)
		.map(({ each }) => each);
}

async function readBack(
	events: HistoryShard["events"],
	shard: number,
	{ place: end, nowMs }: HistoryEnd,
	bytesMax: number,
): Promise<{ happened: Happened[]; sinceMs: number }> {
	const back: EventEntry[] = [];
	const sinceMs = nowMs - LIVE_BACK_MS;
	for (;;) {
		const reply = await events.before(back.at(-1)?.place);
		back.push(...reply.entries);
		const last = back.at(-1)?.place;
		const isEnough =
			last !== undefined &&
			(last.ms < sinceMs || end.bytes - last.bytes > bytesMax);
		if (!reply.more || isEnough) {
			const isCut = reply.more && last !== undefined && last.ms > sinceMs;
			const happened = back
				// What was written meanwhile comes to those who go on from the end.
				.filter(({ place }) => place.bytes <= end.bytes)
				.reverse()
				.flatMap(({ place: { ms: atMs }, events }) =>
					events.map((event) => ({ event, shard, atMs })),
				);
			const since = isCut ? last.ms : sinceMs;
			return { happened, sinceMs: since };
		}
	}
}

/** The running attempts, and the tasks of those that have run longest. */
async function readHeld(
	live: HistoryShard["live"],
	shard: number,
	look: LiveLook | undefined,
	headsMax: number,
): Promise<Held[]> {
	const sessions = (look?.sessions ?? [])
		.filter(({ running }) => running > 0)
		.map(({ session }) => session);
	const attempts: HeldAttempt[] = [];
	for (let from = 0; from < sessions.length; ) {
		const some = sessions.slice(from, from + LIVE_SESSIONS_STEP);
		const reply = await live.holders(some);
		attempts.push(...reply.attempts);
		from += reply.looked;
		if (reply.looked === 0 || attempts.length >= LIVE_HELD_MAX) break;
	}
	attempts.sort((a, b) => a.claimedMs - b.claimedMs);
	const heads = new Map<string, LiveHead | undefined>();
	const ids = attempts.slice(0, headsMax).map(({ id }) => id);
	for (let step = 0; ids.length > 0 && step < LIVE_HEADS_STEPS_MAX; step++) {
		const told = await live.heads(ids.slice(0, LIVE_ATTEMPTS_MAX));
		if (told.length === 0) break;
		for (const head of told) heads.set(ids.shift() as string, head);
	}
	return attempts.map((each) => ({ ...each, shard, head: heads.get(each.id) }));
}

/** The time in which a node ran an attempt, by the store's clock. */
interface Span {
	readonly node: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/** What nodes have run since the beginning of the history. */
function spansOf({ happened, held, sinceMs }: History, nowMs: number): Span[] {
	const open = new Map<string, { node: string; fromMs: number }>();
	const spans: Span[] = [];
	for (const { event, atMs } of happened) {
		const { about, id } = event;
		const { nodeId: node } = parseSession(about.session ?? "");
		if (about.kind === "task.started") open.set(id, { node, fromMs: atMs });
		else if (about.end !== undefined) {
			const begun = open.get(id) ?? { node, fromMs: sinceMs };
			spans.push({ ...begun, untilMs: atMs });
			open.delete(id);
		}
	}
	for (const { id, session, claimedMs: fromMs } of held)
		if (!open.has(id))
			open.set(id, { node: parseSession(session).nodeId, fromMs });
	for (const each of open.values()) spans.push({ ...each, untilMs: nowMs });
	return spans;
}

/** How many attempts each node ran at the end of each of these seconds, as far as the history goes back. */
export function runningBefore(
	history: History,
	seconds: readonly number[],
	nowMs: number,
): Map<number, Map<string, number>> {
	const known = seconds.filter((atMs) => atMs >= history.sinceMs);
	const counts = new Map(known.map((atMs) => [atMs, new Map()]));
	for (const { node, fromMs, untilMs } of spansOf(history, nowMs))
		for (const [atMs, nodes] of counts) {
			const endMs = atMs + 999;
			if (fromMs <= endMs && endMs < untilMs)
				nodes.set(node, (nodes.get(node) ?? 0) + 1);
		}
	return counts;
}
