/**
 * A node's place in the gossip hub, as its machine allows it: messages from the hub wait
 * while the machine is stopped, and a probe takes its time.
 */
import type {
	AdmittedPeer,
	Gossip,
	GossipTraffic,
	Reach,
} from "../../node/ports.ts";
import type { GossipMessage } from "../../protocol/gossip.ts";
import type { Machine } from "./machine.ts";

const PROBE_MS = 1;

export class GossipLink implements Gossip {
	readonly nodeId: string;
	readonly #inner: Gossip;
	readonly #machine: Machine;

	constructor(inner: Gossip, machine: Machine) {
		this.nodeId = inner.nodeId;
		this.#inner = inner;
		this.#machine = machine;
	}

	get address(): string {
		return this.#inner.address;
	}

	get traffic(): GossipTraffic {
		return this.#inner.traffic;
	}

	start(): Promise<void> {
		return this.#inner.start();
	}

	stop(): Promise<void> {
		return this.#inner.stop();
	}

	publish(message: GossipMessage): void {
		this.#inner.publish(message);
	}

	tell(nodeId: string, message: GossipMessage): void {
		this.#inner.tell(nodeId, message);
	}

	onMessage(listener: (message: GossipMessage) => void): void {
		this.#inner.onMessage((message) =>
			this.#machine.run(() => listener(message)),
		);
	}

	onPeer(listener: (nodeId: string, connected: boolean) => void): void {
		this.#inner.onPeer((nodeId, connected) =>
			this.#machine.run(() => listener(nodeId, connected)),
		);
	}

	admit(peers: readonly AdmittedPeer[]): void {
		this.#inner.admit(peers);
	}

	onStranger(listener: (nodeId: string) => void): void {
		this.#inner.onStranger((nodeId) =>
			this.#machine.run(() => listener(nodeId)),
		);
	}

	connected(): readonly string[] {
		return this.#inner.connected();
	}

	probe(nodeId: string, timeoutMs: number): Promise<Reach> {
		return new Promise((resolve) => {
			void this.#inner.probe(nodeId, timeoutMs).then((reach) => {
				const ms = reach === "unreachable" ? timeoutMs : PROBE_MS;
				this.#machine.after(ms, () => resolve(reach));
			});
		});
	}
}
