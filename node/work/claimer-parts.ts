/**
 * The collaborators of a claimer, and what it asks of each (see claimer.ts).
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { Serves } from "../../protocol/route.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type { Clock, Lease, Log, Shard } from "../ports.ts";
import type { TypeBook } from "./claim-choice.ts";
import type { OthersFirst, RouteLeaver } from "./hot-routes.ts";
import type { Pledges, SlotBook } from "./pledges.ts";

export interface ClaimerParts {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly log: Log;
	readonly clock: Clock;
	readonly serves: Serves;
	readonly lease: LeaseHolder;
	readonly slots: SlotBook;
	/** How many tasks of each type fit: see type-caps.ts. */
	readonly caps: TypeBook;
	/** Which routes others are asked for first: see last-turn.ts. */
	readonly lastTurn: OthersFirst;
	/** What becomes of routes that are for others first: see left-overs.ts. */
	readonly leftOvers: RouteLeaver;
	/** What claims bring: see intake.ts. */
	readonly intake: ClaimIntake;
	/** Whose turn it is at the slots: see turns.ts. */
	readonly turns: {
		/** Whether the claimer of another shard waits for slots, for tasks known from its store. */
		othersWait(claimer: SlotTaker): boolean;
		/** The claimer got no slots. */
		gotNone(claimer: SlotTaker): void;
	};
	/** Which announcements to believe: see hearer.ts. */
	readonly rumours: {
		/** What the sender announced has proved true. */
		proved(from: string): void;
	};
	/**
	 * The store has restarted, and its new generation must be adopted before it gives
	 * tasks: see shard-engine.ts.
	 */
	readonly adopter: { storeIsBack(): Promise<void> };
}

/** The claimer itself, as seen by whatever shares out slots. */
interface SlotTaker {
	readonly waitsForSlots: boolean;
	readonly pledges: Pledges;
	kick(): void;
}

/** This node's session on the shard: see renewer.ts. */
interface LeaseHolder {
	/** The lease to claim under; undefined while there is none to trust. */
	readonly lease: Lease | undefined;
	/** The session has ended: asks the store about it now. */
	hurry(): void;
}

interface ClaimIntake {
	begin(): void;
	over(): void;
	/** A call got no answer: it may have taken tasks. */
	lost(): void;
	/** Runs the first `slots` of the tasks, each in a slot reserved before, and hands back the rest. */
	deliver(tasks: readonly ClaimedTask[], by: SessionName, slots: number): void;
}
