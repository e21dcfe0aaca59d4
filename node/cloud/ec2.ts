/**
 * Ec2: what EC2 tells this machine, and what the node does about it.
 *
 *     spot/instance-action               the machine is taken away at a stated time: the node
 *                                        drains, and is gone CLOUD_MARGIN_MS before that
 *     autoscaling/target-lifecycle-state the group is to stop this machine: the node drains
 *     events/recommendations/rebalance   it may soon be taken away: others get work first
 *
 * It looks every CLOUD_LOOK_MS. If it is not known yet which machine this is, since the
 * service was slow when the node started, it asks for that as well, until it knows. A
 * service that cannot be asked is logged once, and asked again at every look; what part of
 * it answers is heeded. A notice that comes while the node drains already makes it hurry,
 * if it leaves less time. EC2 counts by the wall clock, and this node's may be wrong: so it
 * never counts on more than SPOT_NOTICE_MS_MAX.
 */
import {
	CLOUD_LOOK_MS,
	CLOUD_MARGIN_MS,
	METADATA_CHARS_MAX,
	METADATA_START_MS,
	SPOT_NOTICE_MS_MAX,
} from "../../protocol/limits.ts";
import type {
	Clock,
	CloudMachine,
	Log,
	MachineMetadata,
	Timer,
} from "../ports.ts";

const DATA = "/latest/meta-data";
/** What a group of machines calls the states in which this one no longer runs. */
const STOPPED_BY_GROUP =
	/^(Terminated|Warmed:(Terminated|Stopped|Hibernated))$/;

export interface Ec2Parts {
	readonly clock: Clock;
	readonly log: Log;
	readonly metadata: MachineMetadata;
	readonly node: NoticedNode;
	/** Whether it is known already which machine this is. */
	readonly isPlaced: boolean;
}

/** The node, as far as its cloud has a say in it. */
export interface NoticedNode {
	/** Drains the node, in the time that it has been given for that or in this, whichever is less. */
	drainWithin(ms: number): void;
	markAtRisk(): void;
	/** The node runs on this machine. */
	placed(machine: CloudMachine): void;
}

/**
 * Asks which machine this is, until it is answered, for METADATA_START_MS at most; what is
 * not known then is left out. Undefined if there was no answer: see `Ec2`, which goes on
 * asking.
 */
export async function readMachine({
	clock,
	log,
	metadata,
}: Omit<Ec2Parts, "node" | "isPlaced">): Promise<CloudMachine | undefined> {
	const endMs = clock.monoMs() + METADATA_START_MS;
	for (;;) {
		try {
			return await machineOf(metadata);
		} catch (error) {
			if (clock.monoMs() < endMs) {
				await new Promise<void>((go) => clock.after(METADATA_START_MS / 8, go));
				continue;
			}
			const { message: why } = error as Error;
			log.warn(
				{ why },
				"EC2 does not tell which machine this is, so the node has no zone until it does; is this a machine of EC2, and does it allow IMDSv2?",
			);
			return undefined;
		}
	}
}

/** Asks which machine this is. @throws Error if the service does not answer all of it. */
async function machineOf(metadata: MachineMetadata): Promise<CloudMachine> {
	const [zone, instanceId, instanceType, lifecycle] = await Promise.all(
		[
			"placement/availability-zone",
			"instance-id",
			"instance-type",
			"instance-life-cycle",
		].map(async (name) => wordOf(await metadata.get(`${DATA}/${name}`))),
	);
	return {
		...(zone !== undefined && { zone }),
		...(instanceId !== undefined && { instanceId }),
		...(instanceType !== undefined && { instanceType }),
		...(lifecycle !== undefined && { lifecycle }),
	};
}

function wordOf(text: string | undefined): string | undefined {
	const word = text?.trim() ?? "";
	const fits = word.length <= METADATA_CHARS_MAX && /^[\w.:-]+$/.test(word);
	return fits ? word : undefined;
}

interface Look {
	readonly action: string | undefined;
	readonly groupState: string | undefined;
	readonly recommendation: string | undefined;
	/** Why some of it could not be asked for. */
	readonly failure: Error | undefined;
}

export class Ec2 {
	readonly #parts: Ec2Parts;
	#timer: Timer | undefined;
	#closed = false;
	#silent = false;
	#isPlaced: boolean;
	/** The notices that were acted on already. */
	#heeded = new Set<string>();

	constructor(parts: Ec2Parts) {
		this.#parts = parts;
		this.#isPlaced = parts.isPlaced;
	}

	/** Resolves after the first look. */
	async start(): Promise<void> {
		await this.#look();
	}

	close(): void {
		this.#closed = true;
		this.#timer?.cancel();
	}

	async #look(): Promise<void> {
		const { clock, log } = this.#parts;
		try {
			const look = await this.#ask();
			this.#heed(look);
			if (!this.#isPlaced) await this.#findPlace();
			if (look.failure !== undefined) throw look.failure;
			if (this.#silent) log.info({}, "EC2 can be asked again");
			this.#silent = false;
		} catch (error) {
			const { message: why } = error as Error;
			if (!this.#silent)
				log.warn(
					{ why },
					"EC2 cannot be asked whether it takes this machine away",
				);
			this.#silent = true;
		}
		if (this.#closed) return;
		this.#timer = clock.after(CLOUD_LOOK_MS, () => void this.#look());
	}

	/** The service did not answer when the node started. */
	async #findPlace(): Promise<void> {
		const { log, metadata, node } = this.#parts;
		const machine = await machineOf(metadata);
		if (this.#closed) return;
		this.#isPlaced = true;
		log.info({ ...machine }, "EC2 tells which machine this is");
		node.placed(machine);
	}

	/** Asks for everything; what is answered is heeded, whatever becomes of the rest. */
	async #ask(): Promise<Look> {
		const { metadata } = this.#parts;
		let failure: Error | undefined;
		const get = async (path: string) => {
			try {
				return await metadata.get(`${DATA}/${path}`);
			} catch (error) {
				failure = error as Error;
				return undefined;
			}
		};
		const [action, groupState, recommendation] = await Promise.all(
			[
				"spot/instance-action",
				"autoscaling/target-lifecycle-state",
				"events/recommendations/rebalance",
			].map(get),
		);
		return { action, groupState, recommendation, failure };
	}

	#heed({ action, groupState, recommendation }: Look): void {
		if (this.#closed) return;
		const { log, node } = this.#parts;
		if (action !== undefined && this.#isNew(`spot ${action}`)) {
			const leftMs = this.#leftMs(action);
			const within = Math.max(0, leftMs - CLOUD_MARGIN_MS);
			log.warn(
				{ notice: action, leftMs },
				"EC2 takes this spot machine away; the node drains",
			);
			node.drainWithin(within);
		}
		const state = groupState?.trim() ?? "";
		if (STOPPED_BY_GROUP.test(state) && this.#isNew("group")) {
			log.warn(
				{ state },
				"the Auto Scaling group stops this machine; the node drains",
			);
			node.drainWithin(Number.POSITIVE_INFINITY);
		}
		if (recommendation !== undefined && this.#isNew("rebalance")) {
			log.warn(
				{ notice: recommendation },
				"EC2 may soon take this machine away; other nodes get new work first",
			);
			node.markAtRisk();
		}
	}

	#isNew(notice: string): boolean {
		const { size } = this.#heeded;
		return this.#heeded.add(notice).size > size;
	}

	/** The time until the machine is taken away. A notice that cannot be read counts as the longest that EC2 gives. */
	#leftMs(action: string): number {
		const atMs = Date.parse(/"time"\s*:\s*"([^"]+)"/.exec(action)?.[1] ?? "");
		const leftMs = atMs - this.#parts.clock.wallMs();
		if (Number.isNaN(leftMs)) return SPOT_NOTICE_MS_MAX;
		return Math.min(Math.max(leftMs, 0), SPOT_NOTICE_MS_MAX);
	}
}
