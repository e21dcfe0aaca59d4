/** Claims that break a rule: who may have a task, with which token, and which is first. */
import type {
	ClaimReply,
	ClaimRequest,
	EndOutcome,
	GiveBack,
	GiveBackOutcome,
} from "../../../node/ports.ts";
import type { SessionName } from "../../../protocol/lease.ts";
import type { ClaimedTask, TaskEnd } from "../../../protocol/task.ts";
import { TamperedShard } from "./tampered-shard.ts";

/** Does not compare: now and then two nodes are given the same tasks. */
export class CarelessClaims extends TamperedShard {
	#given: readonly ClaimedTask[] = [];
	#session: SessionName = "";

	override async claim(request: ClaimRequest): Promise<ClaimReply> {
		const reply = await this.sound.claim(request);
		if (!reply.ok) return reply;
		const room = request.limit - reply.tasks.length;
		const others = this.#session === request.session ? [] : this.#given;
		const again = others
			.filter(({ route }) => request.routes.includes(route))
			.slice(0, room);
		if (reply.tasks.length > 0) {
			this.#given = reply.tasks;
			this.#session = request.session;
		}
		return { ...reply, tasks: [...reply.tasks, ...again] };
	}
}

/** Every attempt of a task has the token of its first. */
export class ReusedTokens extends TamperedShard {
	readonly #first = new Map<string, number>();

	override async claim(request: ClaimRequest): Promise<ClaimReply> {
		const reply = await this.sound.claim(request);
		if (!reply.ok) return reply;
		const tasks = reply.tasks.map((task) => {
			const token = this.#first.get(task.id) ?? task.token;
			this.#first.set(task.id, token);
			return { ...task, token };
		});
		return { ...reply, tasks };
	}

	override async complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }> {
		return await this.sound.complete(await this.#withNewest(ends));
	}

	override async giveBack(
		tasks: readonly GiveBack[],
	): Promise<GiveBackOutcome[]> {
		return await this.sound.giveBack(await this.#withNewest(tasks));
	}

	override async running(session: SessionName) {
		const running = await this.sound.running(session);
		return running.map(({ id, token }) => {
			return { id, token: this.#first.get(id) ?? token };
		});
	}

	async #withNewest<Fenced extends { readonly id: string }>(
		all: readonly Fenced[],
	): Promise<Fenced[]> {
		const tasks = await this.sound.get(all.map(({ id }) => id));
		return all.map((each, i) => {
			const token = tasks[i]?.attempts.at(-1)?.token ?? 0;
			return { ...each, token };
		});
	}
}

/** Does not tell how often a task has lost its node, so that it always runs with others. */
export class InnocentClaims extends TamperedShard {
	override async claim(request: ClaimRequest): Promise<ClaimReply> {
		const reply = await this.sound.claim(request);
		if (!reply.ok) return reply;
		const tasks = reply.tasks.map((task) => ({ ...task, losses: 0 }));
		return { ...reply, tasks };
	}
}

/** Looks into one queue only, so that what is more urgent may wait in another. */
export class BlindToPriority extends TamperedShard {
	override async claim(request: ClaimRequest): Promise<ClaimReply> {
		for (const route of request.routes) {
			const reply = await this.sound.claim({ ...request, routes: [route] });
			if (!reply.ok) return reply;
			// There may be more elsewhere: ask again.
			if (reply.tasks.length > 0)
				return { ...reply, waiting: request.routes.map(() => 1) };
		}
		return { ok: true, tasks: [], waiting: request.routes.map(() => 0) };
	}
}
