/**
 * Claimer: gets waiting tasks of one shard for this node, as long as the node has free
 * slots.
 *
 * It keeps the set of routes believed to have work (`hot`). A hint makes a route hot: a
 * submission here, the sweep, or an announcement when it is this node's turn. What a claim
 * asks for is chosen in claim-choice.ts. A claim that leaves nothing waiting on a route
 * makes it cold again, unless a hint came meanwhile. No more tasks of a type are asked for
 * than may be here at once (see type-caps.ts).
 *
 * As long as nothing is known to be left, one claim is in flight at a time. The slots
 * that come free meanwhile go into the next claim, so batches grow with the load and a
 * single task is never held up. If more waits than was asked for, claims are full: one
 * that could take less waits CLAIM_FILL_MS for more slots to come free, and others follow
 * before the first is answered. So the store has the next claim to do while the node
 * works on the last, and a distant store's answers are not waited for in between.
 *
 * If no route is hot, and slots are free for all the new tasks that come in here, the
 * same step that stores them also claims them, unless the store has others before them.
 *
 * Slots that are set aside for a claim may be recalled for the claimer of another shard
 * before the store answers (see turns.ts). If the answer then brings tasks that find no
 * free slot, they are handed back.
 *
 * A claim whose answer is lost is not repeated: the reconciler is told, and hands back
 * what the claim took.
 */
import { CALL_BOUNDS_S, Histogram } from "../../protocol/instruments.ts";
import { CLAIMS_MAX } from "../../protocol/limits.ts";
import { type Route, servesRoute } from "../../protocol/route.ts";
import type { ClaimedTask, NewTask } from "../../protocol/task.ts";
import { type Lease, StoreError, type SubmitOutcome } from "../ports.ts";
import { type Asked, ClaimChoice, type GoodClaim } from "./claim-choice.ts";
import type { ClaimerParts } from "./claimer-parts.ts";
import { Filling } from "./filling.ts";
import type { HotRoutes } from "./hot-routes.ts";
import { type Pledge, Pledges } from "./pledges.ts";
import type { WantedRoutes } from "./wanted-routes.ts";

export class Claimer {
	/** How long claims took, in seconds. */
	readonly tookS = new Histogram(CALL_BOUNDS_S);
	/** The slots that are set aside for outstanding claims. */
	readonly pledges: Pledges;
	readonly #choice: ClaimChoice;
	readonly #hot: HotRoutes;
	readonly wanted: WantedRoutes;
	#claims = 0;
	/** Whether the last claim failed or was refused: then only news is a reason to try again, and free slots are not. */
	#failed = false;
	/** How many claims had been sent when the last news came. */
	#newsAt = 0;
	#inFlight = 0;
	/** Whether the newest answer left tasks waiting. */
	#moreWait = false;
	#stopped = false;
	readonly #filling: Filling;
	readonly #parts: ClaimerParts;

	constructor(parts: ClaimerParts) {
		this.#parts = parts;
		const { caps, lastTurn, leftOvers } = parts;
		this.pledges = new Pledges(parts);
		this.#filling = new Filling(parts.clock, this);
		this.#choice = new ClaimChoice(caps, lastTurn, leftOvers);
		this.#hot = this.#choice.hot;
		this.wanted = this.#choice.wanted;
	}

	/** Takes no new work from now on. */
	stop(): void {
		this.#stopped = true;
	}

	/** Whether a claim of this route is under way, or will be. */
	isHot(route: Route): boolean {
		return this.#hot.has(route);
	}

	/** Makes a route hot: it may have work. */
	hint(route: Route): void {
		if (!this.#serves(route)) return;
		this.#hot.hint(route, this.#claims);
		this.retry();
	}

	/** Wants so many tasks of this route, which are for this node by its own word or by a peer's. */
	want(route: Route, tasks: number, from?: string): void {
		if (!this.#serves(route)) return;
		if (!this.#choice.want(route, tasks, from, this.#claims)) return;
		// A peer's word is no reason to try again what failed.
		if (from === undefined) this.retry();
		else this.kick();
	}

	/** Whether a hint at this route would be news here. */
	isNews(route: Route): boolean {
		if (this.#stopped || !this.#serves(route)) return false;
		return this.#hot.isNews(route, this.#claims);
	}

	/** A peer says that this route has work. That is no reason to try again what failed. */
	rumour(route: Route, from: string): void {
		if (!this.isNews(route)) return;
		if (this.#hot.rumour(route, from, this.#claims)) this.kick();
	}

	/** The store refused tasks of this route: it has none of it, and no room. */
	refused(route: Route): void {
		this.#hot.drop(route);
		this.wanted.drop(route);
	}

	/** What made claims fail may be over: tries again. */
	retry(): void {
		this.#failed = false;
		this.#newsAt = this.#claims;
		this.kick();
	}

	/** A slot has come free, or a lease has come: claims if there is anything to claim. */
	kick(): void {
		if (this.#stopped || this.#failed) return;
		if (this.#inFlight >= (this.#moreWait ? CLAIMS_MAX : 1)) return;
		this.#hot.bringBack();
		if (this.#choice.isEmpty) return;
		// While claims that come to nothing take all the slots, none comes free for long
		// enough for a claim that would rather have several.
		if (!this.#hot.isSure && this.#parts.turns.othersWait(this)) return;
		const { lease } = this.#parts.lease;
		if (lease === undefined) return;
		const asked = this.#choice.next();
		if (asked === undefined) return;
		const pledge = this.#pledge(asked);
		if (pledge === undefined) {
			this.#parts.turns.gotNone(this);
			return;
		}
		this.#filling.end();
		void (asked.routes === undefined
			? this.#claimWanted(lease, pledge)
			: this.#claimHot(lease, pledge, asked.routes));
		// Not in this turn: calls that leave in one piece are answered in one piece.
		this.#parts.clock.soon(() => this.kick());
	}

	/** Slots for the next claim; none while it is better to wait for more of them. */
	#pledge({ routes, slotsMax }: Asked): Pledge | undefined {
		if (routes === undefined || !this.#moreWait || this.#filling.isOver)
			return this.pledges.take(slotsMax, false);
		const pledge = this.pledges.take(slotsMax, true);
		if (pledge === undefined && this.#inFlight === 0) this.#filling.begin();
		return pledge;
	}

	/** Whether the claimer takes work at all. */
	get claiming(): boolean {
		return !this.#stopped;
	}

	/** Whether the claimer knows of tasks that are surely there, and has no slots to claim them for. */
	get waitsForSlots(): boolean {
		return (
			!this.#stopped &&
			!this.#failed &&
			!this.pledges.isSilent &&
			this.#hot.isSure &&
			this.#inFlight === 0 &&
			this.#parts.lease.lease !== undefined
		);
	}

	/**
	 * Stores new tasks, and takes them if none waits before them in the store. Undefined at
	 * once if this node cannot take all of them now: then nothing has been sent.
	 *
	 * @throws StoreError
	 */
	submit(
		tasks: readonly NewTask[],
	): Promise<readonly SubmitOutcome[]> | undefined {
		// Tasks known to wait may be more urgent, or have come before.
		if (this.#stopped || !this.#choice.isEmpty) return undefined;
		const routes = tasks.map(({ route }) => route);
		if (!routes.every((route) => this.#serves(route))) return undefined;
		if (this.#choice.hasAside(routes)) return undefined;
		const { lease } = this.#parts.lease;
		if (lease === undefined) return undefined;
		const pledge = this.pledges.takeAll(routes);
		return pledge && this.#submit(tasks, lease, pledge);
	}

	async #submit(
		tasks: readonly NewTask[],
		lease: Lease,
		pledge: Pledge,
	): Promise<readonly SubmitOutcome[]> {
		const { shard, intake } = this.#parts;
		let used = 0;
		intake.begin();
		try {
			const outcomes = await shard.tasks.submit(tasks, lease);
			const claimed = outcomes
				.map((outcome) =>
					outcome.ok && outcome.created ? outcome.claimed : undefined,
				)
				.filter((task) => task !== undefined)
				.sort((a, b) => b.priority - a.priority);
			used = this.pledges.fill(pledge, claimed.length);
			intake.deliver(claimed, lease.session, used);
			return outcomes;
		} catch (error) {
			if (error instanceof StoreError && error.kind === "unknown")
				intake.lost();
			throw error;
		} finally {
			intake.over();
			this.pledges.end(pledge, used);
		}
	}

	/** Claims at once the tasks on these routes at which this node has its turns. Returns what came. */
	async takeTurns(
		routes: readonly Route[],
		turns: readonly number[],
	): Promise<readonly ClaimedTask[]> {
		const { lease } = this.#parts.lease;
		if (this.#stopped || lease === undefined) return [];
		const pledge = this.pledges.take(turns.length, false);
		if (pledge === undefined) return [];
		const own = turns.slice(0, pledge.slots);
		let came: readonly ClaimedTask[] = [];
		const answered = ({ tasks }: GoodClaim) => {
			came = tasks;
		};
		await this.#claim(lease, pledge, routes, answered, own);
		return came;
	}

	#claimHot(
		lease: Lease,
		pledge: Pledge,
		routes: readonly Route[],
	): Promise<void> {
		return this.#claim(lease, pledge, routes, (reply, number) => {
			this.#moreWait = this.#choice.moreWait(routes, reply);
			for (const from of this.#choice.answered(routes, reply, number))
				this.#parts.rumours.proved(from);
		});
	}

	/** Claims wanted tasks. Those that it does not get are for others, or for their sweep. */
	#claimWanted(lease: Lease, pledge: Pledge): Promise<void> {
		const taken = this.wanted.take();
		const routes = [...taken.keys()];
		return this.#claim(lease, pledge, routes, ({ tasks }, number) => {
			for (const from of this.wanted.answered(taken, pledge.slots, tasks))
				this.#parts.rumours.proved(from);
			this.#choice.keepWhatDidNotFit(taken, pledge.rooms, number);
		});
	}

	async #claim(
		lease: Lease,
		pledge: Pledge,
		routes: readonly Route[],
		answered: (reply: GoodClaim, number: number) => void,
		turns?: readonly number[],
	): Promise<void> {
		const { shard, clock, log, intake } = this.#parts;
		const { slots: limit } = pledge;
		pledge.rooms = this.#parts.caps.setAside(routes, limit);
		const rooms = pledge.rooms.filter(({ tasks }) => tasks < limit);
		this.#inFlight += 1;
		const number = ++this.#claims;
		let used = 0;
		intake.begin();
		try {
			const askedMs = clock.monoMs();
			const reply = await shard.tasks.claim({
				...{ ...lease, routes, limit },
				...(rooms.length > 0 && { rooms }),
				...(turns !== undefined && { turns }),
			});
			this.tookS.observe((clock.monoMs() - askedMs) / 1_000);
			if (reply.ok) {
				this.#failed = false;
				answered(reply, number);
				used = this.pledges.fill(pledge, reply.tasks.length);
				intake.deliver(reply.tasks, lease.session, used);
			} else this.#refused(reply.code, number);
		} catch (error) {
			// The routes stay hot: the next hint or sweep tries again. The slots that come free
			// here must not, or an unreachable store would be tried without end.
			if (!(error instanceof StoreError)) throw error;
			this.#hasFailed(number);
			if (error.kind === "unknown") intake.lost();
			log.debug({ err: error, shard: shard.index }, "could not claim");
		} finally {
			this.#inFlight -= 1;
			intake.over();
			this.pledges.end(pledge, used);
		}
		this.kick();
	}

	#serves(route: Route): boolean {
		return servesRoute(this.#parts.serves, route);
	}

	/** A refused claim. As after a failure, slots must not bring the next: the cause has to go first. */
	#refused(code: "no_lease" | "stale_generation", claim: number): void {
		this.#hasFailed(claim);
		if (code === "stale_generation") void this.#parts.adopter.storeIsBack();
		else this.#parts.lease.hurry();
	}

	/** A failed claim. If it is older than the last news, it says nothing about the next one. */
	#hasFailed(claim: number): void {
		this.#failed = claim > this.#newsAt;
		this.#moreWait = false;
	}
}
