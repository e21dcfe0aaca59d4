/** A shard at the far end of a link: every method is one call over it. */
import type {
	AttemptName,
	ClaimRequest,
	GiveBack,
	Lease,
	ListRequest,
	NodeRecord,
	OpenRequest,
	RevokeRequest,
	RoutesKnown,
	Shard,
} from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { NewTask, TaskEnd } from "../../protocol/task.ts";
import type { Generation } from "../../protocol/token.ts";

type Call = <Reply>(name: string, step: () => Promise<Reply>) => Promise<Reply>;

export class LinkedShard implements Shard {
	readonly index: number;
	readonly #shard: Shard;
	readonly #call: Call;

	constructor(shard: Shard, call: Call) {
		this.index = shard.index;
		this.#shard = shard;
		this.#call = call;
	}

	open(request: OpenRequest) {
		return this.#call("open", () => this.#shard.open(request));
	}

	adopt(known: Generation) {
		return this.#call("adopt", () => this.#shard.adopt(known));
	}

	describe(session: SessionName, record: NodeRecord) {
		return this.#call("describe", () => this.#shard.describe(session, record));
	}

	pulse(session: SessionName, ttlMs: number, known?: RoutesKnown) {
		return this.#call("pulse", () => this.#shard.pulse(session, ttlMs, known));
	}

	close(session: SessionName, limit: number) {
		return this.#call("close", () => this.#shard.close(session, limit));
	}

	submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved?: readonly Route[],
	) {
		return this.#call("submit", () =>
			this.#shard.submit(tasks, lease, unserved),
		);
	}

	claim(request: ClaimRequest) {
		return this.#call("claim", () => this.#shard.claim(request));
	}

	complete(ends: readonly TaskEnd[]) {
		return this.#call("complete", () => this.#shard.complete(ends));
	}

	giveBack(tasks: readonly GiveBack[]) {
		return this.#call("giveBack", () => this.#shard.giveBack(tasks));
	}

	revoke(request: RevokeRequest) {
		return this.#call("revoke", () => this.#shard.revoke(request));
	}

	askToDrain(nodeId: string) {
		return this.#call("askToDrain", () => this.#shard.askToDrain(nodeId));
	}

	running(session: SessionName) {
		return this.#call("running", () => this.#shard.running(session));
	}

	unlisted(session: SessionName, attempts: readonly AttemptName[]) {
		return this.#call("unlisted", () =>
			this.#shard.unlisted(session, attempts),
		);
	}

	trim(keptMax: number, keptMs?: number) {
		return this.#call("trim", () => this.#shard.trim(keptMax, keptMs));
	}

	get(ids: readonly string[]) {
		return this.#call("get", () => this.#shard.get(ids));
	}

	over(ids: readonly string[]) {
		return this.#call("over", () => this.#shard.over(ids));
	}

	list(request: ListRequest) {
		return this.#call("list", () => this.#shard.list(request));
	}

	counts() {
		return this.#call("counts", () => this.#shard.counts());
	}

	nodes() {
		return this.#call("nodes", () => this.#shard.nodes());
	}
}
