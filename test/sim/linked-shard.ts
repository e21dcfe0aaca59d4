/** A shard at the far end of a link: every method of its subjects is one call over it. */
import type { Shard } from "../../node/ports.ts";

export type Call = <Reply>(
	method: string,
	step: () => Promise<Reply>,
) => Promise<Reply>;

/** A subject as it is far away. `call` gets each call of a method, and runs it when its time comes. */
export function linkSubject<Subject extends object>(
	subject: Subject,
	call: Call,
): Subject {
	/** Each method as it was found, beside what stands for it. */
	const linked = new Map<string | symbol, readonly [unknown, unknown]>();
	return new Proxy(subject, {
		get(target, name) {
			const method: unknown = Reflect.get(target, name);
			if (typeof method !== "function") return method;
			const known = linked.get(name);
			if (known?.[0] === method) return known[1];
			const text = String(name);
			const far = (...args: unknown[]) =>
				call(text, () => Reflect.apply(method, target, args));
			linked.set(name, [method, far]);
			return far;
		},
	});
}

/** A shard with all its subjects far away. */
export function linkShard(
	{ index, sessions, tasks, access, stats, events, live }: Shard,
	call: Call,
): Shard {
	return {
		index,
		sessions: linkSubject(sessions, call),
		tasks: linkSubject(tasks, call),
		access: linkSubject(access, call),
		stats: linkSubject(stats, call),
		events: linkSubject(events, call),
		live: linkSubject(live, call),
	};
}
