/** Decodes the answer of `pulse.lua`, as its contract lays it out. */
import type { SessionName } from "../../protocol/lease.ts";
import type { AttemptName, Pulse, SeenLease } from "../ports.ts";
import type { Reply } from "./redis/connection.ts";

type Flat = (string | number)[];

export function decodePulse(reply: Reply): Pulse {
	const [code, nowMs, generation, run, ...rest] = reply as [
		string,
		number,
		string,
		string,
		...Reply[],
	];
	const [running, registry, access, steps, opens, registered, next, ...marked] =
		rest as [
			...[number, string, string, string, string, number, string],
			...Reply[],
		];
	const [marks, count, ...names] = marked as [string[], number, ...Flat];
	if (code === "other_shards")
		return { ok: false, code, shards: Number(nowMs) };
	if (code !== "ok") {
		return { ok: false, code: code as "revoked" | "superseded" };
	}
	const leases: SeenLease[] = [];
	for (let i = 0; i < 2 * count; i += 2)
		leases.push({
			session: names[i] as SessionName,
			expiresMs: Number(names[i + 1]),
		});
	const [served, seen, more, lastAgain, ...routes] = names.slice(2 * count) as [
		...[number, string, 0 | 1, string],
		...Flat,
	];
	const [ready = [], fresh = [], again = []] = listsOf(routes);
	return {
		ok: true,
		nowMs,
		raised: { generation: Number(generation), run },
		running,
		registryVersion: Number(registry),
		accessVersion: Number(access),
		opens: Number(opens),
		registered: registered === 1,
		nextTimeMs: next === "" ? undefined : Number(next),
		marks: marks.map(decodeMark),
		clockStepsBack: Number(steps),
		expired: leases.filter(({ expiresMs }) => expiresMs <= nowMs),
		overdue: leases.filter(({ expiresMs }) => expiresMs > nowMs),
		routes: {
			...{ ready, unserved: fresh, seen: Number(seen), more: more === 1 },
			...{ again, lastAgain: Number(lastAgain), served },
		},
	};
}

/** Decodes "token id". */
function decodeMark(mark: string): AttemptName {
	const [token = "", id = ""] = mark.split(" ");
	return { id, token: Number(token) };
}

/** Decodes lists that follow one another, each preceded by its length. */
function listsOf(values: Flat): string[][] {
	const lists: string[][] = [];
	for (let at = 0; at < values.length; ) {
		const end = at + 1 + (values[at] as number);
		lists.push(values.slice(at + 1, end) as string[]);
		at = end;
	}
	return lists;
}
