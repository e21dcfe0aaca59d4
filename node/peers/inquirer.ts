/**
 * Inquirer: asks peers whether they hear this node and reach the store, and answers their
 * questions. An answer is as old as its question, so every question is remembered by its
 * number for as long as its answer is worth something. An answer to no question of ours
 * is dropped, which makes replays, and forgeries of what others say, worthless.
 *
 * A node that says that the store is away is bound by its word: it must not take
 * anybody's lease until it has seen the store up for a whole lease time. So it says so
 * only when it reaches no shard of the store, and tells its renewers that it did.
 *
 * It also probes the addresses of peers that are not connected: a host that refuses is an
 * answer, too, if its address has taken connections before. An address that never did may
 * be wrong, or behind a firewall, and its node alive. So the address of each peer that is
 * heard, or connected, is tried once: a node that a peer dialled knows nothing about the
 * peer's address.
 *
 * However much a peer asks, it gets ANSWERS_PER_S, and all who ask about a node share its
 * probes. A peer that goes unanswered stops its tasks sooner than it had to, or takes a
 * frozen peer for silent. The inquirer concludes nothing itself: see `protocol/trust.ts`
 * and `seeker.ts`.
 */
import type { Answer, Question } from "../../protocol/gossip.ts";
import {
	ANSWERS_PER_S,
	AWAY_FRESH_MS,
	DIAL_ALL_MAX,
	PROBE_AGAIN_MS_MAX,
	PROBE_ALIVE_MS,
	PROBE_TIMEOUT_MS,
	SILENT_WORD_MS,
} from "../../protocol/limits.ts";
import type { Clock, Gossip, Reach, RegisteredNode } from "../ports.ts";
import { Allowance } from "./allowance.ts";
import type { Refusals } from "./refusals.ts";

/** What this node says, and in whose name: see digester.ts. */
export interface Voice {
	/** The number under which the question was sent; undefined before there is a session: nobody would hear it. */
	ask(
		about?: string,
	): { readonly epoch: number; readonly seq: number } | undefined;
	answer(answer: Pick<Answer, "to" | "asked" | "away" | "reaches">): void;
}

/** What the inquirer needs of the renewer of each shard. */
export interface StoreView {
	/** Whether no renewal succeeded lately, or the last one failed. */
	readonly away: boolean;
	/** Others rely on the node's word now. */
	saidAway(): void;
}

export interface InquirerParts {
	readonly self: string;
	readonly clock: Clock;
	readonly voice: Voice;
	/** The engines of the shards. */
	readonly engines: readonly { readonly renewer: StoreView }[];
	readonly gossip: Pick<Gossip, "connected" | "probe">;
	/** See roster.ts. */
	readonly roster: { readonly others: readonly RegisteredNode[] };
	readonly refusals: Refusals;
}

/** What a peer said, and when, on this node's monotonic clock; see PeerWord. */
interface Word {
	heardMs: number | undefined;
	answeredMs: number | undefined;
	awayMs: number | undefined;
	refusedMs: number | undefined;
	/** Whether the peer's address is being probed. */
	probing: boolean;
	/** The address at which the peer was last reached. */
	reachedAt: string | undefined;
	/** When that was last tried, and at which address. */
	triedMs: number;
	triedAt: string | undefined;
}

interface Asked {
	readonly sentMs: number;
	/** The node that it asked about, if it did. */
	readonly about: string | undefined;
	/** Called with each answer of who reaches that. */
	readonly reached: (() => void) | undefined;
}

/** What peers said of a node. */
interface Findings {
	/** When they were last asked. */
	askedMs: number;
	readonly said: Map<string, boolean>;
}

/** A probe that somebody asked for. */
interface Probe {
	readonly beganMs: number;
	readonly reach: Promise<Reach>;
}

export class Inquirer {
	/** The peers, as the registry was last read. */
	#peers: ReadonlySet<string> = new Set();
	readonly #answers = new Allowance(ANSWERS_PER_S);
	/** What was said, by the node that was asked about. */
	readonly #findings = new Map<string, Findings>();
	/** The last probe of each peer that others asked for. */
	readonly #probes = new Map<string, Probe>();
	readonly #words = new Map<string, Word>();
	readonly #asked = new Map<string, Asked>();
	readonly #parts: InquirerParts;

	constructor(parts: InquirerParts) {
		this.#parts = parts;
	}

	/** Asks all peers, and probes those of these that are not connected. */
	ask(peers: Iterable<string>): void {
		this.#send(undefined, undefined);
		const connected = new Set(this.#parts.gossip.connected());
		for (const nodeId of peers)
			if (!connected.has(nodeId)) void this.#probe(nodeId);
	}

	/** Asks all peers whether they reach this one; `reached` is called once for each that does. */
	askAbout(nodeId: string, reached: () => void): void {
		this.#send(nodeId, reached);
	}

	/** Who said what when last asked about the node: whether it reaches it. */
	findingsOn(nodeId: string): ReadonlyMap<string, boolean> {
		return this.#findings.get(nodeId)?.said ?? new Map();
	}

	/** Something, no matter what, was heard from the peer. */
	heard(nodeId: string): void {
		const nowMs = this.#parts.clock.monoMs();
		const word = this.#word(nodeId);
		word.heardMs = nowMs;
		if (nowMs - word.triedMs < PROBE_ALIVE_MS) return;
		word.triedMs = nowMs;
		// In larger clusters most messages come through others.
		if (
			this.#peers.size <= DIAL_ALL_MAX ||
			this.#parts.gossip.connected().includes(nodeId)
		)
			this.met(nodeId);
	}

	/** The peer is connected, whoever dialled: now its address should take connections. */
	met(nodeId: string): void {
		if (this.#peers.has(nodeId))
			void this.#tryToReach(nodeId, this.#word(nodeId));
	}

	/** Whether the peer's address, as the registry was last read, has taken connections. */
	hasReached(nodeId: string): boolean {
		return this.#word(nodeId).reachedAt === this.#addressOf(nodeId);
	}

	wordOf(nodeId: string): Readonly<Word> {
		return this.#word(nodeId);
	}

	/**
	 * These are the peers. Discards everything about others, except that they were heard
	 * just now: they may have leases to lose.
	 */
	keep(nodeIds: ReadonlySet<string>): void {
		const heardSinceMs = this.#parts.clock.monoMs() - SILENT_WORD_MS;
		this.#peers = nodeIds;
		this.#answers.keep(nodeIds);
		for (const about of [this.#probes, this.#findings])
			for (const nodeId of about.keys())
				if (!nodeIds.has(nodeId)) about.delete(nodeId);
		for (const [nodeId, { heardMs }] of [...this.#words]) {
			if (nodeIds.has(nodeId)) continue;
			this.#words.delete(nodeId);
			if (heardMs !== undefined && heardMs > heardSinceMs)
				this.#word(nodeId).heardMs = heardMs;
		}
		// They may be known only now, or at other addresses than before.
		for (const nodeId of this.#parts.gossip.connected())
			if (this.#words.get(nodeId)?.triedAt !== this.#addressOf(nodeId))
				this.met(nodeId);
	}

	async questioned({ from, epoch, seq, about }: Question): Promise<void> {
		const { self, clock, voice } = this.#parts;
		if (!this.#answers.spend(from, clock.monoMs())) return;
		const asked = { epoch, seq };
		if (about === undefined) {
			voice.answer({ to: from, asked, away: this.#sayAway(), reaches: false });
			return;
		}
		if (about === self || about === from) return;
		const reaches = (await this.#probeFor(about)) === "answers";
		voice.answer({ to: from, asked, away: this.#sayAway(), reaches });
	}

	answered({ from, to, asked, away, reaches }: Answer): void {
		if (to !== this.#parts.self) return;
		const question = this.#asked.get(nameOf(asked));
		if (question === undefined) return;
		const word = this.#word(from);
		const { sentMs } = question;
		word.answeredMs = Math.max(word.answeredMs ?? sentMs, sentMs);
		if (away) word.awayMs = Math.max(word.awayMs ?? sentMs, sentMs);
		const { about } = question;
		if (about !== undefined) this.#findings.get(about)?.said.set(from, reaches);
		if (reaches) question.reached?.();
	}

	/** Whether the store is away. If so, the node is bound by saying so. */
	#sayAway(): boolean {
		const { engines } = this.#parts;
		const away = engines.every(({ renewer }) => renewer.away);
		if (away) for (const { renewer } of engines) renewer.saidAway();
		return away;
	}

	#send(about: string | undefined, reached: (() => void) | undefined): void {
		const sentMs = this.#parts.clock.monoMs();
		for (const [name, asked] of this.#asked) {
			if (sentMs - asked.sentMs <= AWAY_FRESH_MS) break;
			this.#asked.delete(name);
		}
		const asked = this.#parts.voice.ask(about);
		if (asked !== undefined)
			this.#asked.set(nameOf(asked), { sentMs, about, reached });
		if (about !== undefined) this.#findingsAt(about, sentMs);
	}

	/** The node is asked about again; what was said long ago no longer counts. */
	#findingsAt(about: string, askedMs: number): void {
		const found = this.#findings.get(about);
		if (found !== undefined && askedMs - found.askedMs <= AWAY_FRESH_MS)
			found.askedMs = askedMs;
		else this.#findings.set(about, { askedMs, said: new Map() });
	}

	/** What others are told about the peer: one probe serves all who ask within its time. */
	#probeFor(nodeId: string): Promise<Reach> {
		const { clock, gossip } = this.#parts;
		if (!this.#peers.has(nodeId)) return Promise.resolve("unreachable");
		const beganMs = clock.monoMs();
		const last = this.#probes.get(nodeId);
		if (last !== undefined && beganMs - last.beganMs < PROBE_TIMEOUT_MS)
			return last.reach;
		const reach = gossip.probe(nodeId, PROBE_TIMEOUT_MS);
		this.#probes.set(nodeId, { beganMs, reach });
		return reach;
	}

	/** Finds out whether the address of a living peer takes connections. */
	async #tryToReach(nodeId: string, word: Word): Promise<void> {
		const { clock, gossip } = this.#parts;
		const address = this.#addressOf(nodeId);
		word.triedMs = clock.monoMs();
		word.triedAt = address;
		if (word.reachedAt === address) return;
		if ((await gossip.probe(nodeId, PROBE_TIMEOUT_MS)) === "answers")
			word.reachedAt = address;
	}

	/** Finds out whether the peer's address refuses, for this node's own use. */
	async #probe(nodeId: string): Promise<void> {
		const { clock, gossip } = this.#parts;
		const word = this.#word(nodeId);
		if (word.reachedAt !== this.#addressOf(nodeId)) return;
		const beganMs = clock.monoMs();
		const isFresh =
			word.refusedMs !== undefined &&
			beganMs - word.refusedMs < PROBE_AGAIN_MS_MAX;
		if (word.probing || isFresh) return;
		word.probing = true;
		const reach = await gossip.probe(nodeId, PROBE_TIMEOUT_MS);
		word.probing = false;
		if (reach !== "refused" || this.#refusalsLie(nodeId)) return;
		if (!gossip.connected().includes(nodeId)) word.refusedMs = beganMs;
	}

	/** The address at which a peer says it can be dialled; "" if nowhere. */
	#addressOf(nodeId: string): string {
		return this.#peer(nodeId)?.record.p2p ?? "";
	}

	/** Whether refusals by this peer's host have been untrue before. */
	#refusalsLie(nodeId: string): boolean {
		const peer = this.#peer(nodeId);
		if (peer === undefined) return false;
		const { record, epoch } = peer;
		return this.#parts.refusals.lie(nodeId, {
			startedMs: record.startedMs,
			epoch,
		});
	}

	#peer(nodeId: string): RegisteredNode | undefined {
		const { others } = this.#parts.roster;
		return others.find(({ record }) => record.nodeId === nodeId);
	}

	#word(nodeId: string): Word {
		const known = this.#words.get(nodeId);
		if (known !== undefined) return known;
		const word: Word = {
			...{ heardMs: undefined, answeredMs: undefined },
			...{ awayMs: undefined, refusedMs: undefined, probing: false },
			...{ reachedAt: undefined, triedAt: undefined },
			triedMs: Number.NEGATIVE_INFINITY,
		};
		this.#words.set(nodeId, word);
		return word;
	}
}

function nameOf({ epoch, seq }: Answer["asked"]): string {
	return `${epoch} ${seq}`;
}
