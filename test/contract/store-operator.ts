/**
 * Draws random operations on one shard, from a seed: sound ones, stale ones,
 * nonsense and repeats, as a cluster of careless nodes would send them.
 *
 * It remembers sessions and tokens from answers, also when they have become stale,
 * so that old tokens and dead sessions come back again and again. There are few ids,
 * nodes and routes, so that operations collide.
 */
import type {
	Lease,
	ListRequest,
	NodeLife,
	RoutesKnown,
	SubmitOutcome,
} from "../../node/ports.ts";
import {
	formatSession,
	parseSession,
	type SessionName,
} from "../../protocol/lease.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { ClaimedTask, NewTask } from "../../protocol/task.ts";
import { type Generation, NO_GENERATION } from "../../protocol/token.ts";
import type { SeededRandom } from "../random.ts";
import { nodeRecord, TTL_MS } from "./store-bench.ts";
import { drawAccess } from "./store-drawn-access.ts";
import { drawList } from "./store-drawn-filter.ts";
import { drawLook, LOOKS } from "./store-drawn-looks.ts";
import { drawDeaths, drawRevoke } from "./store-drawn-losses.ts";
import { drawClaim } from "./store-drawn-rooms.ts";
import { drawSums } from "./store-drawn-sums.ts";
import { drawTask, ROUTES } from "./store-drawn-task.ts";
import {
	drawCancel,
	drawChange,
	drawRemove,
	drawRetry,
	drawTrim,
} from "./store-drawn-wishes.ts";
import { drawEnd, drawGiveBack, drawHeld, type Held } from "./store-holder.ts";
import type { Answer, Operation } from "./store-operation.ts";

/** A lease with this TTL is meant to expire before the next operation. */
export const LAPSING_TTL_MS = 1;

const NODES = ["ann", "bob", "cid"];
const NAMES = ["host", "host-2"];
const FIRST_LIFE_MS = 1_800_000_000_000;
const IDS = 40;
/** How many sessions and tokens are remembered. */
const MEMORY = 24;
const REPEAT_ONE_IN = 8;

export class Operator {
	/** Every session that was ever opened. */
	readonly sessions: SessionName[] = ["ghost:1"];
	readonly #random: SeededRandom;
	/** All ids that there may be. */
	readonly ids: string[];
	/** When leases end, as last told. */
	readonly #ends = new Map<SessionName, number>();
	#claimed: ClaimedTask[] = [];
	#past: Operation[] = [];
	#raised: Generation = NO_GENERATION;
	#routesSeen = 0;
	#lastAgain = 0;

	constructor(random: SeededRandom, index: number, shards: number) {
		this.#random = random;
		// Every fourth one has its home where the one before it has.
		const ids = Array.from({ length: IDS * shards }, (_, i) =>
			i % 4 === 3 ? `id-${i - 1}~next` : `id-${i}`,
		);
		this.ids = ids.filter((id) => shardOf(id, shards) === index);
	}

	draw(): Operation {
		const repeat = this.#past.length > 0 && this.#random.oneIn(REPEAT_ONE_IN);
		const operation = repeat
			? this.#random.pick(this.#past)
			: this.#random.pick(this.#kinds)();
		this.#past = [...this.#past, operation].slice(-5);
		return operation;
	}

	/** Now and then a list of everything that fits. */
	drawSearch(): ListRequest | undefined {
		return this.#random.oneIn(4) ? drawList(this.#random, this.ids) : undefined;
	}

	/** Takes in what an operation answered. */
	learn({ method, args }: Operation, answer: Answer): void {
		const { generation, run, raised } = answer;
		if (method === "sessions.pulse" && answer.routes !== undefined) {
			this.#routesSeen = answer.routes.seen;
			this.#lastAgain = answer.routes.lastAgain;
		}
		if (generation !== undefined && run !== undefined)
			this.#raised = { generation, run };
		if (raised !== undefined) this.#raised = raised;
		if (method === "sessions.open" && answer.epoch !== undefined) {
			const { nodeId } = args[0].record;
			const session = formatSession(nodeId, answer.epoch);
			// A session that was opened before and is given once more is now the newest.
			const at = this.sessions.indexOf(session);
			if (at >= 0) this.sessions.splice(at, 1);
			this.sessions.push(session);
		}
		for (const { session, expiresMs } of [
			...(answer.expired ?? []),
			...(answer.overdue ?? []),
		])
			this.#ends.set(session, expiresMs);
		if (method === "tasks.claim") {
			const tasks = [...this.#claimed, ...(answer.tasks ?? [])];
			this.#claimed = tasks.slice(-MEMORY);
		}
		if (method === "tasks.submit") {
			const outcomes = Object.values(answer as SubmitOutcome[]);
			const claimed = outcomes.flatMap((outcome) =>
				"claimed" in outcome ? (outcome.claimed ?? []) : [],
			);
			this.ids.push(
				...outcomes.flatMap((each) => ("id" in each ? (each.id ?? []) : [])),
			);
			this.#claimed = [...this.#claimed, ...claimed].slice(-MEMORY);
		}
	}

	/** Each operation as many times as it should be drawn. */
	readonly #kinds: readonly (() => Operation)[] = [
		() => this.#open(),
		() => this.#describe(),
		() => this.#pulse(TTL_MS),
		() => this.#pulse(TTL_MS),
		() => this.#pulse(LAPSING_TTL_MS),
		() => ({ method: "sessions.close", args: [this.#session(), 3] }),
		() => ({ method: "sessions.adopt", args: [this.#known()] }),
		() => ({ method: "tasks.submit", args: [this.#newTasks()] }),
		() => ({ method: "tasks.submit", args: [this.#newTasks()] }),
		() => this.#submitUnserved(),
		() => ({ method: "tasks.submit", args: [this.#newTasks(), this.#lease()] }),
		...Array(4).fill(() => this.#claim()),
		() => this.#complete(),
		() => this.#complete(),
		() => this.#giveBack(),
		() => this.#giveBack(),
		() => this.#revoke(),
		() => this.#revoke(),
		() => drawDeaths(this.#random),
		() => ({ method: "sessions.lostWith", args: [this.#life()] }),
		() => ({ method: "tasks.elapse", args: [1 + this.#random.below(3)] }),
		() => ({ method: "tasks.elapse", args: [9] }),
		() => ({ method: "stats.add", args: [drawSums(this.#random)] }),
		() => drawCancel(this.#random, this.#some(this.ids)),
		() => ({ method: "sessions.running", args: [this.#session()] }),
		() => this.#unlisted(),
		...Array(2).fill(() => drawChange(this.#random, this.#id())),
		() => drawTrim(this.#random),
		() => drawRetry(this.#random, this.#some(this.ids)),
		() => drawRetry(this.#random, this.#some(this.ids)),
		() => drawRemove(this.#random, this.#some(this.ids)),
		() => ({ method: "tasks.get", args: [this.#some(this.ids)] }),
		...LOOKS.map((look) => () => drawLook(this.#random, look, this.#id())),
		() => ({ method: "tasks.newest", args: [this.#id()] }),
		() => ({ method: "tasks.over", args: [this.#some(this.ids)] }),
		() => ({ method: "tasks.list", args: [drawList(this.#random, this.ids)] }),
		...Array(2).fill(() => drawAccess(this.#random)),
	];

	#open(): Operation {
		const record = { ...this.#record(), ...this.#life() };
		const known = this.#known();
		// The epoch of the newest session, of an older one, or none.
		const told = this.#random.oneIn(3) ? undefined : this.#session();
		const knownEpoch = told === undefined ? 0 : parseSession(told).epoch;
		const sureUntilMs = Number.MAX_SAFE_INTEGER;
		const request = { record, ttlMs: TTL_MS, known, knownEpoch, sureUntilMs };
		return { method: "sessions.open", args: [request] };
	}

	#life(): NodeLife {
		const nodeId = this.#random.pick(NODES);
		return { nodeId, startedMs: FIRST_LIFE_MS + this.#random.below(3) };
	}

	#describe(): Operation {
		const session = this.#session();
		const [nodeId = ""] = session.split(":");
		const slots = this.#random.below(9);
		const draining = this.#random.oneIn(2);
		const record = {
			...{ ...nodeRecord(nodeId), slots, draining },
			...(slots % 3 === 0 && { atRisk: true as const, zone: "a" }),
		};
		return { method: "sessions.describe", args: [session, record] };
	}

	#pulse(ttlMs: number): Operation {
		const known: RoutesKnown = {
			routesSeen: this.#random.pick([0, 0, this.#routesSeen, 2 ** 50]),
			again: this.#random.pick([-1, 0, this.#lastAgain]),
			served: this.#random.oneIn(3) ? this.#some(ROUTES) : [],
			unserved: this.#random.oneIn(3) ? this.#some(ROUTES) : [],
		};
		const begun = this.#random.oneIn(3)
			? []
			: this.#holdings().map((held, i) => ({ ...held, startedMs: 11 + i }));
		return {
			method: "sessions.pulse",
			args: [this.#session(), ttlMs, known, begun],
		};
	}

	#submitUnserved(): Operation {
		const unserved = this.#some(ROUTES);
		return {
			method: "tasks.submit",
			args: [this.#newTasks(), undefined, unserved],
		};
	}

	#newTasks(): NewTask[] {
		return this.#some(this.ids).map((id) => drawTask(this.#random, id));
	}

	#claim(): Operation {
		const routes = [...new Set(this.#some(ROUTES))];
		const request = drawClaim(this.#random, this.#lease(), routes);
		return { method: "tasks.claim", args: [request] };
	}

	#lease(): Lease {
		const session = this.#session();
		const generation = this.#random.oneIn(10) ? 0 : this.#raised.generation;
		return { session, generation };
	}

	#complete(): Operation {
		const ends = this.#holdings().map((held, i) =>
			drawEnd(this.#random, held, i),
		);
		return { method: "tasks.complete", args: [ends] };
	}

	#giveBack(): Operation {
		const tasks = this.#holdings().map((held) =>
			drawGiveBack(this.#random, held),
		);
		return { method: "tasks.giveBack", args: [tasks] };
	}

	#unlisted(): Operation {
		const held = this.#holdings().map(({ id, token }) => ({ id, token }));
		return { method: "sessions.unlisted", args: [this.#session(), held] };
	}

	#revoke(): Operation {
		const session = this.#session();
		return drawRevoke(this.#random, session, this.#ends.get(session) ?? 0);
	}

	#id = () => this.#random.pick(this.ids);

	/** Mostly one of the newest sessions, which may be alive. */
	#session(): SessionName {
		const all = this.sessions.slice(-MEMORY);
		return this.#random.pick(
			this.#random.oneIn(8) ? all : all.slice(-NODES.length),
		);
	}

	/** An attempt that a session holds or once held. */
	#holdings(): Held[] {
		if (this.#claimed.length === 0) return [{ id: "nobody", token: 1 }];
		const drawn = this.#some(this.#claimed);
		return drawn.map((task) => drawHeld(this.#random, task));
	}

	#record() {
		const record = nodeRecord(this.#random.pick(NODES));
		const wish = this.#random.oneIn(2) && { wishedName: "host" };
		return { ...record, name: this.#random.pick(NAMES), ...wish };
	}

	#known(): Generation {
		const { generation, run } = this.#raised;
		return {
			generation: generation + (this.#random.oneIn(12) ? 1 : 0),
			run: this.#random.oneIn(12) ? "another" : run,
		};
	}

	/** One to four of them, perhaps one twice. */
	#some<T>(all: readonly T[]): T[] {
		const length = 1 + this.#random.below(4);
		return Array.from({ length }, () => this.#random.pick(all));
	}
}
