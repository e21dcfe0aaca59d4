/**
 * Deaths of nodes as a page shows them, compared with the leases that the store has taken.
 *
 * A node has a session in each shard, which are lost one after the other, and a page puts
 * those that are lost within a while together, as one death. Which shard it hears first
 * varies; so a death is named by the session that the page was told of first. Each of the
 * other sessions belongs to the death whose name was lost nearest to it, with no more than one
 * session of a shard in a death. If several are equally near, the oldest comes first; of one
 * millisecond, that with the lowest number of the shard, and then of the session. So what a
 * page shows follows from the leases and the names: the tasks of each death, and who took the
 * lease in the first shard. And no session is left out.
 */

/** The time within which the sessions of a death are lost, in whatever shards. */
export const APART_MS_MAX = 15_000;
/** The shard that is asked who took the lease. */
const KEEPER = 0;

export interface ShownDeath {
	/** The shard of the session that names the death. */
	readonly shard: number;
	readonly epoch: number;
	readonly atMs: number;
	readonly by?: string;
	readonly tasks: number;
	/** Present if it may not be known what all it ran. */
	readonly isPartial?: boolean;
}

export interface TakenLease {
	readonly epoch: number;
	readonly atMs: number;
	/** The node that took the lease; "" if it did not say. */
	readonly by: string;
	readonly tasks: number;
}

interface Session extends TakenLease {
	readonly shard: number;
}

/**
 * What is wrong with the deaths of one node. `taken`: its leases, for each shard. Whatever
 * hangs together with anything before `sinceMs` is not judged, as the page may show only a
 * part of it.
 */
export function flawsOfDeaths(
	shown: readonly ShownDeath[],
	taken: readonly (readonly TakenLease[])[],
	sinceMs: number,
): string[] {
	const sessions = taken.flatMap((leases, shard) =>
		leases.map((lease): Session => ({ ...lease, shard })),
	);
	return chains([...shown, ...sessions])
		.filter(([first]) => first !== undefined && first.atMs >= sinceMs)
		.flatMap((chain) => {
			const deaths = shown.filter((death) => chain.includes(death));
			const its = sessions.filter((session) => chain.includes(session));
			// Nothing of it is shown: a step of the clock may have made it too old for a while.
			if (deaths.length === 0) return [];
			const flaws = flawsOfChain(deaths, its);
			return flaws.length === 0
				? []
				: [`${flaws.join(", ")}; the store took ${its.map(nameOf).join(", ")}`];
		});
}

/** Groups of what may belong together, as there is no gap between them that is long enough to part them. */
function chains<Each extends { readonly atMs: number }>(
	all: readonly Each[],
): Each[][] {
	const found: Each[][] = [];
	for (const each of all.toSorted((a, b) => a.atMs - b.atMs)) {
		const last = found.at(-1);
		const lastMs = last?.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
		if (last !== undefined && each.atMs - lastMs < APART_MS_MAX)
			last.push(each);
		else found.push([each]);
	}
	return found;
}

function flawsOfChain(
	deaths: readonly ShownDeath[],
	sessions: readonly Session[],
): string[] {
	const naming = namesOf(deaths, sessions);
	const left = new Set(sessions);
	const dealt = new Map<ShownDeath, Session[]>();
	for (const [death, session] of naming) {
		dealt.set(death, [session]);
		left.delete(session);
	}
	for (const { death, session } of nearestFirst(naming, left)) {
		const its = dealt.get(death) ?? [];
		const hasRoom = its.every(({ shard }) => shard !== session.shard);
		if (hasRoom && left.delete(session)) its.push(session);
	}
	const isWhole = deaths.every(({ isPartial }) => isPartial !== true);
	return [
		...deaths
			.filter((death) => !naming.has(death))
			.map((death) => `${whatOf(death)}, as it did not`),
		...[...dealt].flatMap(([death, its]) => flawsOf(death, its, isWhole)),
		...(isWhole ? [...left] : []).map(
			(session) => `is not shown to have lost ${nameOf(session)}`,
		),
	];
}

/** The sessions that name these deaths. */
function namesOf(
	deaths: readonly ShownDeath[],
	sessions: readonly Session[],
): Map<ShownDeath, Session> {
	const names = new Map<ShownDeath, Session>();
	for (const death of deaths) {
		const own = sessions.find((each) => inOrder(each, death) === 0);
		if (own !== undefined) names.set(death, own);
	}
	return names;
}

function nearestFirst(
	naming: ReadonlyMap<ShownDeath, Session>,
	sessions: ReadonlySet<Session>,
) {
	const apart = (death: ShownDeath, session: Session) =>
		Math.abs(death.atMs - session.atMs);
	return [...naming]
		.flatMap(([death]) =>
			[...sessions].map((session) => {
				return { death, session, apartMs: apart(death, session) };
			}),
		)
		.filter(({ apartMs }) => apartMs < APART_MS_MAX)
		.sort(
			(a, b) =>
				a.apartMs - b.apartMs ||
				inOrder(a.death, b.death) ||
				inOrder(a.session, b.session),
		);
}

type Named = Pick<Session, "shard" | "epoch" | "atMs">;

/** Compares two names; 0 if they are the same. */
function inOrder(a: Named, b: Named): number {
	return a.atMs - b.atMs || a.shard - b.shard || a.epoch - b.epoch;
}

function whatOf({ shard, epoch, atMs }: ShownDeath): string {
	return `died as ${epoch} of shard ${shard} at ${atMs}`;
}

function flawsOf(
	death: ShownDeath,
	its: readonly Session[],
	isWhole: boolean,
): string[] {
	const { by, tasks } = death;
	const what = whatOf(death);
	const ran = its.reduce((sum, each) => sum + each.tasks, 0);
	const { by: taker } = its.find(({ shard }) => shard === KEEPER) ?? {};
	return [
		...(!isWhole || tasks === ran
			? []
			: [`${what} with ${tasks} tasks, not ${ran}`]),
		...(by === undefined || by === taker
			? []
			: [`${what} by ${by}, not ${taker || "who knows"}`]),
	];
}

function nameOf({ shard, epoch, atMs, by, tasks }: Session): string {
	return `${epoch} of shard ${shard} at ${atMs} with ${tasks} tasks by ${by}`;
}
