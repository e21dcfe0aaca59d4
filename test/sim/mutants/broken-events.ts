/** Streams of events that leave something out. */
import type { Shard } from "../../../node/ports.ts";
import type { NamedMutant } from "./named-mutant.ts";
import { onceIn, tamperWith } from "./tampered-shard.ts";

/** Reports only the first of the two things that a step does. */
function singleMinded(sound: Shard): Shard {
	return tamperWith(sound, {
		events: {
			async after(place) {
				const reply = await sound.events.after(place);
				const entries = reply.entries.map((entry) => {
					const [first] = entry.events;
					const events = entry.events.filter(
						({ about }) => about.kind === first?.about.kind,
					);
					return { ...entry, events };
				});
				return { ...reply, entries };
			},
		},
	});
}

/** Now and then goes on behind what follows the place. */
function hastyReader(sound: Shard): Shard {
	const skips = onceIn(5);
	return tamperWith(sound, {
		events: {
			async after(place) {
				const reply = await sound.events.after(place);
				const { entries } = reply;
				if (entries.length === 0 || !skips()) return reply;
				return { ...reply, entries: entries.slice(1) };
			},
		},
	});
}

/** Goes on from its end, whatever it has lost, without saying so. */
function silentLoss(sound: Shard): Shard {
	return tamperWith(sound, {
		events: {
			async after(place) {
				const reply = await sound.events.after(place);
				return reply.how === "lost" ? { ...reply, how: "on" } : reply;
			},
		},
	});
}

const TOLD = "a reader of events is told all that happens, or what is missing";

export const EVENT_MUTANTS: readonly NamedMutant[] = [
	{
		name: "of a step that does two things, readers are told one",
		breaks: TOLD,
		shard: singleMinded,
	},
	{
		name: "a reader goes on behind what follows its place",
		breaks: TOLD,
		shard: hastyReader,
	},
	{
		name: "a store that has lost writes does not tell its readers",
		breaks: TOLD,
		fault: "store crash",
		shard: silentLoss,
	},
];
