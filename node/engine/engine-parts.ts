/** What an engine is built on: its ports, and the program around it. */
import type { Serves } from "../../protocol/route.ts";
import type { OwnHost } from "../peers/self-report.ts";
import type {
	Clock,
	Executor,
	Generations,
	GivenTokens,
	Gossip,
	HostFigures,
	Log,
	NodeName,
	Random,
	Store,
	TokenMint,
} from "../ports.ts";

export interface EngineParts {
	readonly cluster: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly store: Store;
	readonly gossip: Gossip;
	readonly executor: Executor;
	readonly generations: Generations;
	readonly concurrency: number;
	readonly serves: Serves;
	readonly name: NodeName;
	readonly host: NodeHost;
	/** Access tokens that this node was given. */
	readonly given: GivenTokens;
	readonly mint: TokenMint;
}

/** The program around an engine. */
export interface NodeHost extends OwnHost {
	/** The host's figures, as they are now. */
	figures(): HostFigures;
	/**
	 * Somebody asked this node, through any node, to drain and stop. May be called more
	 * than once.
	 */
	askedToDrain(): void;
	/**
	 * Another program runs under this node's identity, or the cluster was recreated with
	 * this number of shards: the node cannot go on.
	 */
	superseded(shards?: number): void;
}
