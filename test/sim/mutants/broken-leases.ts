/** Leases that break a rule: who may take them, and what opens them. */
import type { OpenRequest, Shard } from "../../../node/ports.ts";
import { formatSession } from "../../../protocol/lease.ts";
import { LEASE_TTL_MS, SILENT_LEASE_MS } from "../../../protocol/limits.ts";
import { onceIn, tamperWith } from "./tampered-shard.ts";

/** Takes everybody for overdue, and takes the lease of any node that is said to be silent. */
export function hastySilence(sound: Shard): Shard {
	const { sessions } = sound;
	return tamperWith(sound, {
		sessions: {
			async pulse(...request) {
				const pulse = await sessions.pulse(...request);
				if (!pulse.ok) return pulse;
				const [own] = request;
				const { nodes, nowMs } = await sessions.nodes();
				const expiresMs = nowMs + LEASE_TTL_MS - SILENT_LEASE_MS;
				const overdue = nodes
					.filter((node) => node.expiresMs !== undefined)
					.map(({ record, epoch }) => {
						return { session: formatSession(record.nodeId, epoch), expiresMs };
					})
					.filter(({ session }) => session !== own);
				return { ...pulse, overdue };
			},
			revoke(request) {
				const isSilent = request.grounds.when === "silent";
				return sessions.revoke(
					isSilent ? { ...request, grounds: { when: "now" } } : request,
				);
			},
		},
	});
}

/** Names nobody's lease before it ends. */
export function patientSilence(sound: Shard): Shard {
	return tamperWith(sound, {
		sessions: {
			async pulse(...request) {
				const pulse = await sound.sessions.pulse(...request);
				if (!pulse.ok) return pulse;
				const overdue = pulse.overdue.filter(
					({ expiresMs }) => expiresMs <= pulse.nowMs,
				);
				return { ...pulse, overdue };
			},
		},
	});
}

/** Nobody asks the other shards what a lost node ran: none of them speaks for a task. */
export function hastyVerdict(sound: Shard): Shard {
	return tamperWith(sound, {
		sessions: {
			revoke: (request) =>
				sound.sessions.revoke({ ...request, lostElsewhere: false }),
		},
	});
}

/** Remembers nothing about a session that is over: nothing is known to have been lost with it. */
export function forgetfulLives(sound: Shard): Shard {
	return tamperWith(sound, {
		sessions: {
			async lostWith({ nodeId }) {
				const { nodes } = await sound.sessions.nodes();
				const node = nodes.find(({ record }) => record.nodeId === nodeId);
				return node?.running ?? 0;
			},
		},
	});
}

/** Openings arrive once more, late, and open a new session each time. */
export function forgetfulOpening(sound: Shard): Shard {
	const { sessions } = sound;
	const again = onceIn(20);
	let late: OpenRequest | undefined;
	const open = async (request: OpenRequest) => {
		const opened = await sessions.open(request);
		// The same request once more, as if its session had been told.
		if (opened.ok) late = { ...request, knownEpoch: opened.epoch };
		return opened;
	};
	return tamperWith(sound, {
		sessions: {
			open,
			async pulse(...request) {
				if (late !== undefined && again()) await open(late);
				return await sessions.pulse(...request);
			},
		},
	});
}
