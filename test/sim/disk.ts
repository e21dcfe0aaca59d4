/**
 * What the store's disk holds while it runs: the last few times that it was
 * brought up to date. A store that crashes may come back with any of them.
 */
import type { VirtualClock } from "../clock.ts";
import type { StoreImage } from "../fakes/store.ts";
import type { StoreServer } from "./store-server.ts";

const EVERY_MS = 400;
const KEPT = 4;

export class Disk {
	readonly images: StoreImage[] = [];

	/** From now on the store writes to it. */
	spin(clock: VirtualClock, server: StoreServer): void {
		if (server.condition !== "down") this.images.push(server.save());
		if (this.images.length > KEPT) this.images.shift();
		clock.after(EVERY_MS, () => this.spin(clock, server));
	}
}
