/** Reads a node's live frames until it is stopped. */
import { setTimeout as pause } from "node:timers/promises";
import { readLive } from "../../protocol/client/live.ts";
import { LiveView } from "../live-view.ts";

export class LiveWatch implements Disposable {
	readonly view = new LiveView();
	readonly #over = new AbortController();

	/** Resolves once the first frame, the complete one, has been read. */
	static async of(url: string): Promise<LiveWatch> {
		const watch = new LiveWatch();
		const { signal } = watch.#over;
		const frames = readLive({
			urls: () => [url],
			...{ fetch, token: undefined, signal },
			pause: (ms, signal) =>
				pause(ms, undefined, { signal }).catch(() => undefined),
		});
		const begun = Promise.withResolvers<void>();
		void watch.#read(frames, begun.resolve);
		await begun.promise;
		return watch;
	}

	async #read(
		frames: ReturnType<typeof readLive>,
		begun: () => void,
	): Promise<void> {
		for await (const read of frames) {
			if (!("frame" in read)) continue;
			this.view.take(read.frame);
			begun();
		}
	}

	[Symbol.dispose](): void {
		this.#over.abort();
	}
}
