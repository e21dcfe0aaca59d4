/** One operation on a shard, described before it is made, and what its answer may contain. */
import type {
	RoutesTold,
	SeenLease,
	Shard,
	TaskRead,
} from "../../node/ports.ts";
import { END_KINDS, type EndKind, type Kept } from "../../protocol/keep.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type { Generation } from "../../protocol/token.ts";

type Subject = Exclude<keyof Shard, "index">;
type OperationOf<Methods, S extends Subject> = {
	readonly [M in keyof Methods & string]: {
		readonly method: `${S}.${M}`;
		readonly args: Methods[M] extends (...args: infer Args) => unknown
			? Args
			: never;
	};
}[keyof Methods & string];
export type Operation = {
	readonly [S in Subject]: OperationOf<Shard[S], S>;
}[Subject];

/** What the operator looks for in any answer. */
export interface Answer {
	/** Ended tasks, by kind. */
	readonly kept?: readonly number[];
	readonly generation?: number;
	readonly run?: string;
	/** A task that was read, or whether it has ended. */
	readonly read?: object | undefined;
	/** The answer to a pulse. */
	readonly raised?: Generation;
	readonly epoch?: number;
	readonly nowMs?: number;
	readonly tasks?: readonly ClaimedTask[];
	readonly routes?: RoutesTold;
	readonly expired?: readonly SeenLease[];
	readonly overdue?: readonly SeenLease[];
}

export async function perform(
	shard: Shard,
	{ method, args }: Operation,
): Promise<Answer> {
	const [subject, name] = method.split(".") as [Subject, string];
	const step = Reflect.get(shard[subject], name);
	const answer = (await Reflect.apply(step, shard[subject], args)) ?? {};
	if (method === "tasks.get") return answer.map(withoutSize);
	if (method === "tasks.newest") return withoutSize(answer);
	if (method !== "tasks.complete") return answer;
	const { kept }: { kept: Readonly<Record<EndKind, Kept>> } = answer;
	// The twin does not know how large a task is in the store.
	return { ...answer, kept: END_KINDS.map((kind) => kept[kind].number) };
}

/** Leaves out the bytes of a task that is too large to be read, which a store's twin does not know. */
function withoutSize(read: TaskRead): Answer {
	if (read === undefined || !("bytes" in read)) return { read };
	return { read: { isEnded: read.isEnded } };
}
