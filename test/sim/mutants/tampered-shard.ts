/**
 * A shard as it is, except for the methods that break one of its rules.
 */
import type {
	Shard,
	ShardAccess,
	ShardEvents,
	ShardLive,
	ShardSessions,
	ShardTasks,
} from "../../../node/ports.ts";
import { linkSubject } from "../linked-shard.ts";

/** The methods that break a rule, by subject. */
interface Tampered {
	readonly sessions?: Partial<ShardSessions>;
	readonly tasks?: Partial<ShardTasks>;
	readonly access?: Partial<ShardAccess>;
	readonly events?: Partial<ShardEvents>;
	readonly live?: Partial<ShardLive>;
}

/** `sound`: the shard beneath, which keeps the rules. */
export function tamperWith(
	sound: Shard,
	{ sessions = {}, tasks = {}, access = {}, events = {}, live = {} }: Tampered,
): Shard {
	return {
		index: sound.index,
		sessions: override(sound.sessions, sessions),
		tasks: override(sound.tasks, tasks),
		access: override(sound.access, access),
		stats: sound.stats,
		live: override(sound.live, live),
		events: override(sound.events, events),
	};
}

function override<Subject extends object>(
	sound: Subject,
	methods: Partial<Subject>,
): Subject {
	const rest = linkSubject(sound, (_name, step) => step());
	return new Proxy(sound, {
		get: (_sound, name) =>
			Reflect.get(Object.hasOwn(methods, name) ? methods : rest, name),
	});
}

/** Returns a function that is true once in so many calls. */
export function onceIn(times: number): () => boolean {
	let calls = 0;
	return () => {
		calls += 1;
		return calls % times === 0;
	};
}
