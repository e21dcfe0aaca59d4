/** Leases that break a rule: who may take them, and what opens them. */
import type {
	OpenReply,
	OpenRequest,
	Pulse,
	RevokeReply,
	RevokeRequest,
} from "../../../node/ports.ts";
import { formatSession } from "../../../protocol/lease.ts";
import { LEASE_TTL_MS, SILENT_LEASE_MS } from "../../../protocol/limits.ts";
import { type PulseRequest, TamperedShard } from "./tampered-shard.ts";

/** Holds everybody for overdue, and takes the lease of whoever is said to be silent. */
export class HastySilence extends TamperedShard {
	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		if (!pulse.ok) return pulse;
		const [own] = request;
		const { nodes, nowMs } = await this.sound.nodes();
		const expiresMs = nowMs + LEASE_TTL_MS - SILENT_LEASE_MS;
		const overdue = nodes
			.filter((node) => node.expiresMs !== undefined)
			.map(({ record, epoch }) => {
				return { session: formatSession(record.nodeId, epoch), expiresMs };
			})
			.filter(({ session }) => session !== own);
		return { ...pulse, overdue };
	}

	override revoke(request: RevokeRequest): Promise<RevokeReply> {
		const isSilent = request.grounds.when === "silent";
		return this.sound.revoke(
			isSilent ? { ...request, grounds: { when: "now" } } : request,
		);
	}
}

/** Tells of nobody's lease before it ends. */
export class PatientSilence extends TamperedShard {
	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		if (!pulse.ok) return pulse;
		const overdue = pulse.overdue.filter(
			({ expiresMs }) => expiresMs <= pulse.nowMs,
		);
		return { ...pulse, overdue };
	}
}

/** Openings arrive once more, late; and always open a new session. */
export class ForgetfulOpening extends TamperedShard {
	#late: OpenRequest | undefined;

	override open(request: OpenRequest): Promise<OpenReply> {
		this.#late = { ...request, knownEpoch: Number.MAX_SAFE_INTEGER };
		return this.sound.open(this.#late);
	}

	override async pulse(...request: PulseRequest): Promise<Pulse> {
		if (this.#late !== undefined && this.onceIn(20))
			await this.sound.open(this.#late);
		return await this.sound.pulse(...request);
	}
}
