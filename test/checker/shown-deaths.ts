/**
 * Deaths of nodes as a page shows them, held against the leases that the store has taken.
 *
 * A node has a session in each shard, which are lost one after the other, and a page puts
 * those that are lost within a while together, as one death. If the node dies again
 * meanwhile, a session may be of either: which of them it is depends on which shard is heard
 * first. So what a page shows is right if the sessions can be dealt out among the deaths,
 * each to one, such that every death has no more than one of a shard, the one that it is
 * named by, the tasks of all of them, and the taker that the first shard knows.
 */

/** The sessions of a death are lost within this, of whatever shard. */
export const APART_MS_MAX = 15_000;
/** The shard that is asked who took the lease. */
const KEEPER = 0;

export interface ShownDeath {
	/** Of one of its sessions: the one of which the page was told first. */
	readonly epoch: number;
	readonly atMs: number;
	readonly by?: string;
	readonly tasks: number;
	/** What it ran may not be known whole. */
	readonly isPartial?: boolean;
}

export interface TakenLease {
	readonly epoch: number;
	readonly atMs: number;
	/** "" if the taker did not say. */
	readonly by: string;
	readonly tasks: number;
}

/** A session to deal out. */
interface Session extends TakenLease {
	readonly shard: number;
}

/** What a death has not been dealt yet. */
interface Want {
	readonly tasks: number;
	readonly isNamed: boolean;
	readonly hasTaker: boolean;
	/** Of which it has one. */
	readonly shards: readonly number[];
}

/**
 * What is wrong with the deaths of one node. `taken`: its leases, of each shard. Of what was
 * before `sinceMs` the page may have told only a part.
 */
export function flawsOfDeaths(
	shown: readonly ShownDeath[],
	taken: readonly (readonly TakenLease[])[],
	sinceMs: number,
): string[] {
	const sessions = taken.flatMap((leases, shard) =>
		leases.map((lease): Session => ({ ...lease, shard })),
	);
	const isFull = ({ atMs }: ShownDeath) => atMs >= sinceMs;
	return groups(shown)
		.filter((group) => group.some(isFull))
		.flatMap((group) => {
			const its = sessions.filter((session) =>
				group.some((death) => isNear(death, session)),
			);
			return canDeal(group, its, sinceMs) ? [] : [describe(group, its)];
		});
}

/** Deaths that no session can be of both of are judged by themselves. */
function groups(shown: readonly ShownDeath[]): ShownDeath[][] {
	const found: ShownDeath[][] = [];
	for (const death of shown.toSorted((a, b) => a.atMs - b.atMs)) {
		const last = found.at(-1);
		const lastMs = last?.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
		if (last !== undefined && death.atMs - lastMs < 2 * APART_MS_MAX)
			last.push(death);
		else found.push([death]);
	}
	return found;
}

function isNear({ atMs }: ShownDeath, lease: TakenLease): boolean {
	return Math.abs(atMs - lease.atMs) < APART_MS_MAX;
}

function canDeal(
	deaths: readonly ShownDeath[],
	sessions: readonly Session[],
	sinceMs: number,
): boolean {
	const dead = new Set<string>();
	const deal = (at: number, wants: readonly Want[]): boolean => {
		const session = sessions[at];
		if (session === undefined)
			return wants.every(
				({ tasks, isNamed, hasTaker }) => tasks === 0 && isNamed && hasTaker,
			);
		const key = JSON.stringify([at, wants]);
		if (dead.has(key)) return false;
		const fits = deaths.some((death, i) => {
			const given = give(
				...([session, death, wants[i] as Want] as const),
				death.atMs >= sinceMs,
			);
			return given !== undefined && deal(at + 1, wants.with(i, given));
		});
		if (fits || (session.atMs < sinceMs && deal(at + 1, wants))) return true;
		dead.add(key);
		return false;
	};
	return deal(
		0,
		deaths.map(({ atMs, tasks, by, isPartial }): Want => {
			const isFull = atMs >= sinceMs;
			return {
				tasks: isFull && isPartial !== true ? tasks : 0,
				isNamed: !isFull,
				hasTaker: !isFull || by === undefined,
				shards: [],
			};
		}),
	);
}

/** What the death still wants once it has the session; undefined if that cannot be of it. */
function give(
	session: Session,
	death: ShownDeath,
	want: Want,
	isFull: boolean,
): Want | undefined {
	const { shard, epoch, by, tasks } = session;
	if (!isNear(death, session) || want.shards.includes(shard)) return undefined;
	const isTaker = shard === KEEPER && by === death.by;
	if (isFull && shard === KEEPER && death.by !== undefined && !isTaker)
		return undefined;
	const counts = isFull && death.isPartial !== true;
	const left = counts ? want.tasks - tasks : 0;
	if (left < 0) return undefined;
	return {
		tasks: left,
		isNamed: want.isNamed || epoch === death.epoch,
		hasTaker: want.hasTaker || isTaker,
		shards: [...want.shards, shard],
	};
}

function describe(
	shown: readonly ShownDeath[],
	sessions: readonly Session[],
): string {
	const deaths = shown.map(({ epoch, atMs, by, tasks, isPartial }) =>
		[
			`${epoch} at ${atMs} with ${tasks} tasks`,
			...(isPartial ? ["in part"] : []),
			...(by === undefined ? [] : [`by ${by}`]),
		].join(" "),
	);
	const leases = sessions.map(
		({ shard, epoch, atMs, by, tasks }) =>
			`${epoch} of shard ${shard} at ${atMs} with ${tasks} tasks by ${by}`,
	);
	return `died as ${deaths.join(", ")}; the store took ${leases.join(", ") || "nothing"}`;
}
