/**
 * What the store's disk holds while the store runs: its state at the last few times that
 * it was brought up to date, and older copies, from the start of the run on. A store that
 * crashes may come back with any of the former; one of the latter may be restored by
 * hand.
 */
import type { VirtualClock } from "../clock.ts";
import type { StoreImage } from "../fakes/store.ts";
import type { StoreServer } from "./store-server.ts";

const EVERY_MS = 400;
const KEPT = 4;
/** The number of updates after which one is kept as a copy. */
const COPIED = 5;

export class Disk {
	readonly images: StoreImage[] = [];
	readonly copies: StoreImage[] = [];
	#times = 0;

	/** Lets the store write to the disk from now on. */
	spin(clock: VirtualClock, server: StoreServer): void {
		if (server.condition !== "down") this.#keep(server.save());
		clock.after(EVERY_MS, () => this.spin(clock, server));
	}

	/** Discards everything that was kept. */
	empty(): void {
		this.images.length = 0;
		this.copies.length = 0;
	}

	#keep(image: StoreImage): void {
		this.images.push(image);
		if (this.images.length > KEPT) this.images.shift();
		if (this.#times % COPIED === 0) this.copies.push(image);
		this.#times += 1;
	}
}
