/**
 * TypeCaps: how many tasks of a type may be in this node's hands at once, if its handler
 * says so (`concurrency`), and how many more fit.
 *
 * Places are set aside for a claim before it is sent, as slots are: for as many tasks as
 * it may bring. So it brings no more of a type than fit, whatever else is under way.
 * Whether they fit is asked again when they come: handlers may have been loaded anew
 * meanwhile, or the places of a silent shard given to another.
 *
 * Types without a cap cost a look at their settings. When a type gets one, its tasks in
 * hand are counted once, and from then on as they come and go.
 */
import type { HandlerSettings } from "../../protocol/handler-settings.ts";
import { type Route, typeOf } from "../../protocol/route.ts";
import type { ClaimRoom } from "../ports.ts";

export interface TypeCapsParts {
	readonly executor: {
		settingsOf(type: string): Pick<HandlerSettings, "concurrency">;
	};
}

/** Who has the tasks: see runner.ts. */
export interface TaskHolder {
	/** The type of each task in hand. */
	types(): Iterable<string>;
	/** There is room again for tasks of some type. */
	tellFreed(): void;
}

/** Places set aside for tasks of a type that may come from some of the routes of a claim. */
export interface TypeRoom extends ClaimRoom {
	readonly type: string;
}

export const NO_ROOMS: readonly TypeRoom[] = [];

export class TypeCaps {
	/** How many tasks are in hand, and places set aside, for each type that has a cap, or had one. */
	readonly #used = new Map<string, number>();
	readonly #parts: TypeCapsParts;
	readonly #holder: TaskHolder;

	constructor(parts: TypeCapsParts, holder: TaskHolder) {
		this.#parts = parts;
		this.#holder = holder;
	}

	/** How many more tasks of the type fit; infinite if it has no cap. */
	roomOf(type: string): number {
		const cap = this.#parts.executor.settingsOf(type).concurrency;
		return cap === undefined ? Infinity : Math.max(0, cap - this.#usedOf(type));
	}

	/**
	 * Sets places aside for a claim of at most so many tasks from these routes. Returns what
	 * it may bring of each type that has a cap.
	 */
	setAside(routes: readonly Route[], limit: number): readonly TypeRoom[] {
		let rooms: Map<string, TypeRoom & { routes: number[] }> | undefined;
		for (const [at, route] of routes.entries()) {
			const type = typeOf(route);
			const room = this.roomOf(type);
			const known = rooms?.get(type);
			if (room === Infinity) continue;
			rooms ??= new Map();
			if (known !== undefined) known.routes.push(at);
			else {
				const tasks = Math.min(room, limit);
				rooms.set(type, { type, tasks, routes: [at] });
			}
		}
		if (rooms === undefined) return NO_ROOMS;
		for (const { type, tasks } of rooms.values()) this.#use(type, tasks);
		return [...rooms.values()];
	}

	/** Sets a place aside for a task of each of these routes; undefined if not all of them fit. */
	setAsideAll(routes: readonly Route[]): readonly TypeRoom[] | undefined {
		const rooms = this.setAside(routes, routes.length);
		if (rooms.some((room) => room.tasks < room.routes.length)) {
			for (const { type, tasks } of rooms) this.#use(type, -tasks);
			return undefined;
		}
		return rooms.map(({ type, tasks, routes: own }) => {
			this.#use(type, own.length - tasks);
			return { type, tasks: own.length, routes: own };
		});
	}

	/** Gives places back: they are free again, or their tasks are here. */
	giveBack(rooms: readonly TypeRoom[]): void {
		for (const { type, tasks } of rooms) this.#use(type, -tasks);
		if (rooms.length > 0) this.#holder.tellFreed();
	}

	/** A task of the type is in hand now. */
	came(type: string): void {
		this.#use(type, 1);
	}

	left(type: string): void {
		this.#use(type, -1);
	}

	#use(type: string, tasks: number): void {
		const used = this.#used.get(type);
		if (used !== undefined) this.#used.set(type, used + tasks);
	}

	#usedOf(type: string): number {
		let used = this.#used.get(type);
		if (used !== undefined) return used;
		used = 0;
		for (const each of this.#holder.types()) if (each === type) used += 1;
		this.#used.set(type, used);
		return used;
	}
}
