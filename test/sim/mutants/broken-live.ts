/** Stores that tell pages what no longer holds. */
import type { LiveLook, Shard } from "../../../node/ports.ts";
import type { NamedMutant } from "./named-mutant.ts";
import { tamperWith } from "./tampered-shard.ts";

/** How long counts stay stale: longer than a page is given at the end to show what there is. */
const STALE_MS = 30_000;

/** Counts once, and goes on reporting that for a while. */
function staleCounts(sound: Shard): Shard {
	let kept: LiveLook | undefined;
	return tamperWith(sound, {
		live: {
			async look(afterMs) {
				const look = await sound.live.look(afterMs);
				const isOld = look.nowMs - (kept?.nowMs ?? 0) > STALE_MS;
				if (kept === undefined || isOld) kept = look;
				const { pending, started } = kept;
				return { ...look, pending, started };
			},
		},
	});
}

/** Leaves out how attempts ended that came before a page is read. */
function endlessPast(sound: Shard): Shard {
	return tamperWith(sound, {
		events: {
			async before(place) {
				const reply = await sound.events.before(place);
				const entries = reply.entries.map(({ events, ...entry }) => ({
					...entry,
					events: events.filter(({ about }) => about.end === undefined),
				}));
				return { ...reply, entries };
			},
		},
	});
}

const TOLD = "a reader of events is told all that happens, or what is missing";

export const LIVE_MUTANTS: readonly NamedMutant[] = [
	{
		name: "a page is shown counts of a while ago",
		breaks: TOLD,
		shard: staleCounts,
	},
	{
		name: "a page that is opened is not told how attempts before it ended",
		breaks: TOLD,
		shard: endlessPast,
	},
];
