/** A node of a made-up cluster: what it runs, line by line, and how its lease stands. */
import type { LiveFrame } from "../../protocol/schema/live.ts";

type Told = NonNullable<NonNullable<LiveFrame["lanes"]>["attempts"]>[number];
export type MadeUpAttempt = { -readonly [Name in keyof Told]: Told[Name] };

export type Fate = "up" | "frozen" | "dead" | "cut-off";

export class MadeUpNode {
	readonly n: number;
	readonly name: string;
	readonly zone: string;
	readonly slots: number;
	fate: Fate = "up";
	epoch = 1;
	renewedMs: number;
	/** What runs, and when it will end. */
	readonly running = new Map<MadeUpAttempt, number>();
	/** Of the second under way: ms of slots that were busy, ends, and failures. */
	busyMs = 0;
	ends = 0;
	failures = 0;

	constructor(
		n: number,
		name: string,
		zone: string,
		slots: number,
		nowMs: number,
	) {
		this.n = n;
		this.name = name;
		this.zone = zone;
		this.slots = slots;
		this.renewedMs = nowMs;
	}

	get id(): string {
		return `12D3KooW${String(this.n).padStart(44, "x")}`;
	}

	leaseLeftMs(nowMs: number): number {
		return 5_000 - (nowMs - this.renewedMs);
	}

	state(nowMs: number) {
		if (this.fate === "dead") return "dead" as const;
		if (this.fate === "cut-off") return "cut-off" as const;
		if (this.leaseLeftMs(nowMs) < 2_200) return "suspect" as const;
		return "up" as const;
	}

	/** How busy the second was, and how much of it failed, as digits; begins another. */
	takeSecond(): { busy: string; failed: string } {
		const share = Math.min(1, this.busyMs / (this.slots * 1_000));
		const failed = this.ends === 0 ? "." : digit(this.failures / this.ends);
		const busy = digit(share);
		this.busyMs = 0;
		this.ends = 0;
		this.failures = 0;
		return { busy, failed };
	}
}

const digit = (share: number) =>
	share === 0 ? "0" : String(Math.max(1, Math.round(share * 9)));
