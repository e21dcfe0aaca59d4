/**
 * How much a process of Node holds, after it has thrown away what it need not hold: what it
 * has resident says little, as V8 takes its time to give memory back. Asked of its inspector,
 * which a signal opens.
 */
import { once } from "node:events";

const ADDRESS = /Debugger listening on (ws:\S+)/;

/** A process that runs with `--inspect-port=0`. */
interface Inspected {
	signal(name: "SIGUSR1"): void;
	says(pattern: RegExp): Promise<void>;
	readonly output: string;
}

export class Heap implements Disposable {
	readonly #socket: WebSocket;
	#id = 0;

	static async of(inspected: Inspected): Promise<Heap> {
		inspected.signal("SIGUSR1");
		await inspected.says(ADDRESS);
		const [, address = ""] = ADDRESS.exec(inspected.output) ?? [];
		const socket = new WebSocket(address);
		await once(socket, "open");
		return new Heap(socket);
	}

	private constructor(socket: WebSocket) {
		this.#socket = socket;
	}

	async usedMb(): Promise<number> {
		await this.#call("HeapProfiler.collectGarbage");
		const { usedSize = 0, backingStorageSize = 0 } = await this.#call(
			"Runtime.getHeapUsage",
		);
		return Math.round((usedSize + backingStorageSize) / 1e5) / 10;
	}

	#call(method: string): Promise<Record<string, number>> {
		this.#id += 1;
		const id = this.#id;
		return new Promise((resolve) => {
			const hear = ({ data }: MessageEvent) => {
				const answer = JSON.parse(String(data));
				if (answer.id !== id) return;
				this.#socket.removeEventListener("message", hear);
				resolve(answer.result);
			};
			this.#socket.addEventListener("message", hear);
			this.#socket.send(JSON.stringify({ id, method }));
		});
	}

	[Symbol.dispose](): void {
		this.#socket.close();
	}
}
