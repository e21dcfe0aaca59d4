/** Decodes entries of the event stream, which `lua/pieces/events.lua` writes. */
import type {
	EventAbout,
	EventPlace,
	StoredKind,
	StoreEvent,
} from "../../protocol/event.ts";
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";
import type { EventEntry, EventsReply } from "../ports.ts";
import type { Reply } from "./redis/connection.ts";

const NOTHING = "*";

type Words = readonly string[];

/** How lines that begin with a certain letter are read. */
interface Line {
	/** Decodes what the line's things have in common from its words. */
	about(words: Words): EventAbout;
	/** The number of words of each thing. */
	readonly size: number;
	thing(about: EventAbout, words: Words): StoreEvent;
}

/** The mark in `=token`, which is the token of the next id; from there on tokens rise by one. */
const TOKEN = "=";

/** Decodes `route tags` at the end, preceded by the round if there is one. */
function aboutOf(kind: StoredKind, words: Words, rest?: Partial<EventAbout>) {
	const [tags = NOTHING, route = "", round] = words.toReversed();
	return {
		kind,
		...(route !== NOTHING && { route }),
		tags: tags === NOTHING ? [] : tags.split(","),
		round: Number(round ?? 1),
		...rest,
	};
}

/**
 * Decodes `session attempt round route tags`; nothing for a task that had no attempt under way.
 */
function attemptOf(kind: StoredKind, words: Words, rest: Partial<EventAbout>) {
	const [session = NOTHING, attempt] = words;
	return aboutOf(kind, words, {
		...(session !== NOTHING && { session }),
		attempt: Number(attempt),
		...rest,
	});
}

function endOf(word = NOTHING): Partial<EventAbout> {
	return word === NOTHING ? {} : { end: word as AttemptEnd | "not-begun" };
}

const alone = (about: EventAbout, [id = ""]: Words) => ({ about, id });
const withToken = (about: EventAbout, [id = "", token]: Words) =>
	token === "0" ? { about, id } : { about, id, token: Number(token) };
const due = (text = "0") => (text === "0" ? {} : { dueMs: Number(text) });

const task = (
	kind: StoredKind,
	state: TaskState | undefined,
	size: number,
	thing: Line["thing"],
): Line => ({
	about: (words) => aboutOf(kind, words, state && { state }),
	...{ size, thing },
});

const LINES: Readonly<Record<string, Line>> = {
	a: task("task.accepted", "PENDING", 1, alone),
	b: task("task.accepted", "SCHEDULED", 2, (about, [id = "", ms]) => ({
		...{ about, id, ...due(ms) },
	})),
	c: {
		about: ([by = "", ...words]) =>
			attemptOf("task.cancel-asked", words, { by, state: "STARTED" }),
		...{ size: 2, thing: withToken },
	},
	d: task("task.due", "PENDING", 1, alone),
	g: task("task.changed", undefined, 3, (about, [id = "", priority, ms]) => ({
		...{ about, id, priority: Number(priority), ...due(ms) },
	})),
	n: {
		about: ([what]) => ({ kind: `node.${what}` as StoredKind }),
		size: 2,
		thing: (about, [id = "", epoch]) => ({ about, id, epoch: Number(epoch) }),
	},
	p: {
		about: ([end, ...words]) =>
			attemptOf("task.put-back", words, { ...endOf(end), state: "PENDING" }),
		...{ size: 2, thing: withToken },
	},
	q: {
		about: ([end, ...words]) =>
			attemptOf("task.put-back", words, { ...endOf(end), state: "SCHEDULED" }),
		size: 3,
		thing: (about, [id = "", token, ms]) => ({
			...{ about, id, token: Number(token), ...due(ms) },
		}),
	},
	r: task("task.reopened", undefined, 2, (about, [id = "", ms]) => ({
		...{ about, id, ...due(ms) },
	})),
	v: {
		about: ([why = ""]) => ({ kind: "session.revoked", why }),
		size: 2,
		thing: (about, [id = "", tasks]) => ({ about, id, tasks: Number(tasks) }),
	},
	x: task("task.deleted", undefined, 1, alone),
	z: {
		about: ([state, end, ...words]) =>
			attemptOf("task.ended", words, {
				...{ state: state as TaskState, ...endOf(end) },
			}),
		...{ size: 1, thing: alone },
	},
};

/** Decodes an entry. Lines of a later version that this one does not know are left out. */
function decodeEntry(text: string): StoreEvent[] {
	const events: StoreEvent[] = [];
	for (const line of text.split("\n")) {
		// A task's text may have been written by hand; ids contain no tabs.
		const tab = line.lastIndexOf("\t");
		const [letter = "", ...words] = line.slice(0, tab).split(" ");
		const things = line.slice(tab + 1);
		if (letter === "u") {
			events.push({ about: { kind: "audit" }, id: things });
			continue;
		}
		if (letter === "s") {
			events.push(...decodeStarted(words, things));
			continue;
		}
		const known = LINES[letter];
		if (known === undefined) continue;
		const { size, thing } = known;
		const about = known.about(words);
		const list = things.split(" ");
		for (let at = 0; at + size <= list.length; at += size)
			events.push(thing(about, list.slice(at, at + size)));
	}
	return events;
}

function decodeStarted(words: Words, things: string): StoreEvent[] {
	const about = attemptOf("task.started", words, { state: "STARTED" });
	const events: StoreEvent[] = [];
	let token: number | undefined;
	for (const thing of things.split(" "))
		if (thing.startsWith(TOKEN)) token = Number(thing.slice(1));
		else if (token !== undefined)
			events.push({ about, id: thing, token: token++ });
	return events;
}

export function decodeEvents(reply: Reply): EventsReply {
	const [how, nowMs, generation, bytes, ms, more, ...entries] = reply as [
		...[EventsReply["how"], string, string, string, string, 0 | 1],
		...string[],
	];
	const from: EventPlace = {
		generation: Number(generation),
		...{ bytes: Number(bytes), ms: Number(ms) },
	};
	const decoded: EventEntry[] = [];
	for (let i = 0; i + 1 < entries.length; i += 2) {
		const [bytes, ms] = (entries[i] as string).split("-").map(Number);
		const place = { ...from, bytes: bytes ?? 0, ms: ms ?? 0 };
		const events = decodeEntry(entries[i + 1] as string);
		decoded.push({ place, events });
	}
	const told = { how, from, nowMs: Number(nowMs), more: more === 1 };
	return { ...told, entries: decoded };
}
