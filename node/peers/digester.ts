/**
 * Digester: this node's own gossip. Sends its digest, at the pace that
 * `protocol/digest-pace.ts` gives, and puts the header on everything it says, with a
 * sequence number that rises through the session so that receivers can drop repeats.
 */
import { digestCalmMs, digestMs } from "../../protocol/digest-pace.ts";
import type {
	Announcement,
	Answer,
	Digest,
	GossipHeader,
	Question,
} from "../../protocol/gossip.ts";
import { DIGEST_MS, DIGEST_URGENT_MS } from "../../protocol/limits.ts";
import type { Clock, Gossip, Timer } from "../ports.ts";

type Unsigned<Message> = Omit<Message, keyof GossipHeader>;

export interface DigesterParts {
	readonly clock: Clock;
	readonly gossip: Gossip;
	/** The engines of the shards; the node speaks in the name of the first one's session. */
	readonly engines: readonly {
		readonly renewer: {
			/** 0 before there is a session. */
			readonly epoch: number;
		};
	}[];
	/** See self-report.ts. */
	readonly report: { digest(): DigestContent };
	/** See roster.ts. */
	readonly roster: {
		/** The number of nodes in the cluster, including this one. */
		readonly nodes: number;
	};
}

type DigestContent = Omit<Unsigned<Digest>, "kind">;

export class Digester {
	#seq = 0;
	#timer: Timer | undefined;
	/** What the last digest said, and when. */
	#said: DigestContent | undefined;
	#saidMs = Number.NEGATIVE_INFINITY;
	/** Every look sends until this time. */
	#urgentUntilMs = Number.NEGATIVE_INFINITY;
	readonly #parts: DigesterParts;

	constructor(parts: DigesterParts) {
		this.#parts = parts;
	}

	start(): void {
		this.#timer = this.#parts.clock.after(DIGEST_MS, () => {
			this.#look();
			this.start();
		});
	}

	stop(): void {
		this.#timer?.cancel();
	}

	/**
	 * Sends a message in this node's name. Before the first session it is not sent: nobody
	 * could tell it from a replay. Returns the header that it was sent with.
	 */
	publish(
		message: Unsigned<Announcement> | Unsigned<Digest> | Unsigned<Question>,
	): GossipHeader | undefined {
		const header = this.#header();
		if (header !== undefined)
			this.#parts.gossip.publish({ ...message, ...header });
		return header;
	}

	/** Asks everybody who hears it; returns the header that the question was sent with. */
	ask(about?: string): GossipHeader | undefined {
		return this.publish({
			kind: "question",
			...(about === undefined ? {} : { about }),
		});
	}

	/** Answers the node that asked. */
	answer(answer: Omit<Unsigned<Answer>, "kind">): void {
		const header = this.#header();
		if (header === undefined) return;
		this.#parts.gossip.tell(answer.to, {
			kind: "answer",
			...answer,
			...header,
		});
	}

	/** Tells a node, with which gossip has begun to flow, how this one is: it may have just come. */
	greet(nodeId: string): void {
		const header = this.#header();
		if (header === undefined) return;
		const { gossip, report } = this.#parts;
		gossip.tell(nodeId, { kind: "digest", ...report.digest(), ...header });
	}

	/** Tells a node that the store may have news for it. */
	nudge(to: string, shard: number): void {
		const header = this.#header();
		if (header === undefined) return;
		this.#parts.gossip.tell(to, { kind: "nudge", to, shard, ...header });
	}

	#header(): GossipHeader | undefined {
		const epoch = this.#epoch;
		if (epoch === 0) return undefined;
		this.#seq += 1;
		return { from: this.#parts.gossip.nodeId, epoch, seq: this.#seq };
	}

	#look(): void {
		const nowMs = this.#parts.clock.monoMs();
		const content = this.#parts.report.digest();
		const said = this.#said;
		if (
			said?.storeUp !== content.storeUp ||
			said.draining !== content.draining ||
			said.atRisk !== content.atRisk
		)
			this.#urgentUntilMs = nowMs + DIGEST_URGENT_MS;
		const urgent = !content.storeUp || nowMs < this.#urgentUntilMs;
		const { nodes } = this.#parts.roster;
		const pauseMs = isNews(said, content)
			? digestMs(nodes)
			: digestCalmMs(nodes);
		// Half a look early rather than late: looks are not exact to the millisecond.
		if (!urgent && nowMs - this.#saidMs < pauseMs - DIGEST_MS / 2) return;
		this.#said = content;
		this.#saidMs = nowMs;
		this.publish({ kind: "digest", ...content });
	}

	/** What the next digest would say. */
	current(): Digest {
		const { gossip, report } = this.#parts;
		return {
			kind: "digest",
			from: gossip.nodeId,
			epoch: this.#epoch,
			seq: this.#seq,
			...report.digest(),
		};
	}

	get #epoch(): number {
		return this.#parts.engines[0]?.renewer.epoch ?? 0;
	}
}

/** Whether the next digest has news. The load changes all the time: alone it is no news. */
function isNews(said: DigestContent | undefined, next: DigestContent): boolean {
	return (
		said === undefined ||
		said.freeSlots !== next.freeSlots ||
		said.running !== next.running ||
		said.peers.join() !== next.peers.join()
	);
}
