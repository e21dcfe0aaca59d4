/**
 * How the limits relate to one another. Importing this asserts the relations, so that a
 * change of one limit that breaks another stops the program before it starts.
 */
import {
	ABORT_GRACE_MS,
	ACCESS_FRESH_MS,
	ANNOUNCE_ROUTES_MAX,
	ANSWER_FRESH_MS,
	ARRIVAL_MS_MAX,
	ASK_AGAIN_MS,
	ASK_AGE_MS,
	AT_RISK_MS,
	AWAY_FRESH_MS,
	BACK_UP_MS,
	BACK_UP_MS_MAX,
	BACK_UP_QUIET_MS,
	BLOCKED_MS,
	BODIES_BYTES_MAX,
	BODY_BYTES_MAX,
	CELERY_NAME_CHARS_MAX,
	CLAIM_AGE_MS_MAX,
	CLAIM_ROUTES_MAX,
	CLAIM_TURN_MS,
	CLAIM_TURNS_EXTRA,
	COMPLETE_BATCH_BYTES_MAX,
	CONNECTION_IDLE_MS,
	CONNECTIONS_MAX,
	CUT_OFF_AGE_MS,
	DIAL_ALL_MAX,
	DIAL_SOME,
	DIGEST_CALM_MS,
	DIGEST_MS,
	DIGEST_STALE_MS,
	DIGEST_URGENT_MS,
	END_BY_FORCE_MS,
	ENDED_KEPT_MS_MIN,
	EVENT_PLACE_CHARS_MAX,
	EVENTS_BYTES_MAX,
	EVENTS_HEARTBEAT_MS,
	EVENTS_KEPT_BYTES_MAX,
	EVENTS_STEP_BYTES,
	EXIT_MS,
	FAREWELL_AT_ONCE_MS,
	FAREWELL_MS,
	GOSSIP_BACKLOG_BYTES_MAX,
	GOSSIP_BYTES_MAX,
	GOSSIP_PACKET_BYTES_MAX,
	HAND_BACK_MS,
	HEADER_BYTES_MAX,
	HINT_AHEAD_MS_MAX,
	HTTP_CONNECTIONS_MAX,
	ID_CHARS_MAX,
	KILL_MS,
	LABEL_CHARS_MAX,
	LABELS_MAX,
	LEASE_TTL_MS,
	LEFT_BEHIND_MS,
	LEFT_OVER_AGAIN_MS,
	LINK_LOOK_MS,
	LOG_END_MS,
	LOOK_LATE_MS,
	MUTE_MS_MAX,
	OVERDUE_MS,
	PAYLOAD_BYTES_MAX,
	PING_MS,
	PROBE_TIMEOUT_MS,
	PULSE_MS_MAX,
	PULSE_MS_MIN,
	PULSE_ROUTES_MAX,
	QUEUE_CHARS_MAX,
	REDIAL_MS_MIN,
	RENEWAL_TIMEOUT_MS,
	RENEWALS_STUCK_MS,
	RESULT_BYTES_MAX,
	ROUTES_MAX,
	ROUTES_REMEMBERED_MAX,
	SENTINEL_TIMEOUT_MS,
	SHARDS_MAX,
	SILENT_LEASE_MS,
	SILENT_PEERS_MAX,
	SILENT_WORD_MS,
	SPIN_MS,
	STOP_BOUND_MS,
	STOP_MARGIN_MS,
	STORE_EMPTY_MS,
	SUBMIT_ALL_MS_MAX,
	SUBMIT_BATCH_BYTES_MAX,
	SUBMIT_LOOK_UP_MS,
	SUBMIT_QUEUE_MS_MAX,
	SUBMIT_SILENCE_MS,
	SUBMIT_TIMEOUT_MS,
	SUCCESSES_KEPT_MS,
	SWEEP_ROUTES_MAX,
	TRUST_LOOK_MS,
	TRUST_MARGIN_MS,
	TYPE_CHARS_MAX,
	UNSERVED_ROUTES_MAX,
	WAIT_MS_MAX,
	WAITERS_MAX,
	WAKE_LOOK_MS,
} from "./limits.ts";

const relations: readonly (readonly [boolean, string])[] = [
	[
		PULSE_MS_MIN < PULSE_MS_MAX && PULSE_MS_MAX < 1_000,
		"a sweep comes round within a second",
	],
	[
		2 * PULSE_MS_MAX < ACCESS_FRESH_MS && ACCESS_FRESH_MS < 5_000,
		"one lost pulse does not make a node unsure who may ask, and one that lost more does not take for none what is a token by now",
	],
	[
		TRUST_MARGIN_MS + 2 * PULSE_MS_MAX < LEASE_TTL_MS,
		"one lost renewal does not end trust",
	],
	[
		3 * (RENEWAL_TIMEOUT_MS + PULSE_MS_MAX) < RENEWALS_STUCK_MS,
		"renewals that are given up one after the other are not taken for hung",
	],
	[
		ABORT_GRACE_MS < TRUST_MARGIN_MS,
		"an aborted task is ended before its lease can be taken over",
	],
	[
		ABORT_GRACE_MS + END_BY_FORCE_MS + HAND_BACK_MS + FAREWELL_MS + EXIT_MS <
			STOP_BOUND_MS && STOP_BOUND_MS < STOP_MARGIN_MS,
		"a stopping node has time for each step, and is killed only where it has used up all",
	],
	[
		2 * END_BY_FORCE_MS + FAREWELL_AT_ONCE_MS < KILL_MS && KILL_MS < 2_000,
		"a node told to stop at once says goodbye before it is killed, and is gone within 2 s",
	],
	[
		CLAIM_TURN_MS * CLAIM_TURNS_EXTRA < BACK_UP_MS &&
			BACK_UP_QUIET_MS < BACK_UP_MS &&
			BACK_UP_MS < BACK_UP_MS_MAX,
		"who has left tasks to others asks for them after all whose turn it was",
	],
	[
		HINT_AHEAD_MS_MAX < BACK_UP_MS && LEFT_OVER_AGAIN_MS < AT_RISK_MS,
		"what is announced before the store has it has waited for long when a node that comes last looks at it",
	],
	[
		2 * LOG_END_MS <= EXIT_MS,
		"a log that cannot be written does not keep a node beyond its bound",
	],
	[
		END_BY_FORCE_MS < LEFT_BEHIND_MS && LEFT_BEHIND_MS < 2_000,
		"a task in a call that nothing ends is over two seconds after it was to be ended by force, and one that only waits for a process ends itself",
	],
	[
		3 * LEFT_BEHIND_MS < BLOCKED_MS,
		"a thread that is slow to end on a busy machine is not taken for blocked",
	],
	[
		2 * ARRIVAL_MS_MAX < SUBMIT_QUEUE_MS_MAX,
		"what has waited until its node knew the others is not too late for the store",
	],
	[PING_MS * 2 <= SPIN_MS, "one late answer does not make a thread silent"],
	[
		SUBMIT_SILENCE_MS + SUBMIT_LOOK_UP_MS < SUBMIT_TIMEOUT_MS &&
			SUBMIT_TIMEOUT_MS < 1_000,
		"a refusal for want of a store comes within a second, and what was sent has been looked up before",
	],
	[
		SUBMIT_ALL_MS_MAX + SUBMIT_QUEUE_MS_MAX < CONNECTION_IDLE_MS,
		"a connection is not idle while its client waits for what becomes of many tasks",
	],
	[
		WAIT_MS_MAX < CONNECTION_IDLE_MS,
		"a connection is not idle while its client waits for a task",
	],
	[
		WAITERS_MAX < HTTP_CONNECTIONS_MAX,
		"those who wait leave connections to those who submit and to health checks",
	],
	[
		2 * PULSE_MS_MAX < STORE_EMPTY_MS,
		"nodes that run have put their number of shards back before another becomes the cluster's",
	],
	[
		PULSE_MS_MAX + RENEWAL_TIMEOUT_MS < STORE_EMPTY_MS,
		"where shard 0 has just said so, the number of shards is still the same when a session is opened in another",
	],
	[BODY_BYTES_MAX <= BODIES_BYTES_MAX, "the largest body may come in"],
	[
		CUT_OFF_AGE_MS + ABORT_GRACE_MS + TRUST_LOOK_MS + LOOK_LATE_MS <
			SILENT_LEASE_MS,
		"a node that nobody hears has stopped its tasks before its lease may be taken early",
	],
	[
		WAKE_LOOK_MS + ABORT_GRACE_MS <= 1_000,
		"a node that wakes stops within a second what it has lost",
	],
	[
		ANSWER_FRESH_MS + ABORT_GRACE_MS <= SILENT_WORD_MS + PROBE_TIMEOUT_MS,
		"a node whose questions no longer arrive has stopped its tasks before it is silent",
	],
	[
		AWAY_FRESH_MS + ABORT_GRACE_MS < LEASE_TTL_MS,
		"after an outage, the last to reach the store stops its tasks before the first may reap them",
	],
	[
		ASK_AGE_MS + 2 * ASK_AGAIN_MS < CUT_OFF_AGE_MS &&
			2 * ASK_AGAIN_MS < ANSWER_FRESH_MS,
		"one lost question or answer stops nobody",
	],
	[
		PULSE_MS_MAX < OVERDUE_MS &&
			OVERDUE_MS + PULSE_MS_MAX + PROBE_TIMEOUT_MS < SILENT_LEASE_MS,
		"who renews is not overdue, and a look at who is ends in time",
	],
	[
		CLAIM_AGE_MS_MAX <= CUT_OFF_AGE_MS && RENEWAL_TIMEOUT_MS < ASK_AGE_MS,
		"nothing is claimed under a lease that others may take, and one late renewal is not yet asked about",
	],
	[
		SILENT_PEERS_MAX < DIAL_ALL_MAX,
		"a peer is silent only where all are connected with all",
	],
	[
		SENTINEL_TIMEOUT_MS < ASK_AGE_MS,
		"a frozen Sentinel costs a node less than the time after which it doubts its lease",
	],
	[
		DIGEST_MS * 3 < DIGEST_STALE_MS && DIGEST_CALM_MS < DIGEST_STALE_MS,
		"two lost digests do not make a node stale that speaks every second, nor is one without news, in a small cluster",
	],
	[
		DIGEST_STALE_MS < DIGEST_URGENT_MS,
		"who hears from a node has heard what it sees of the store",
	],
	[
		// 2 separators, 100 bytes of JSON around each route, 512 before the first.
		ANNOUNCE_ROUTES_MAX *
			(QUEUE_CHARS_MAX +
				TYPE_CHARS_MAX +
				LABELS_MAX * (LABEL_CHARS_MAX + 1) +
				102) +
			512 <=
			GOSSIP_BYTES_MAX,
		"an announcement of the longest routes fits into a message",
	],
	[
		GOSSIP_BYTES_MAX < GOSSIP_PACKET_BYTES_MAX &&
			GOSSIP_PACKET_BYTES_MAX < GOSSIP_BACKLOG_BYTES_MAX,
		"the largest message fits into a packet, and a packet into the backlog",
	],
	[
		LINK_LOOK_MS + MUTE_MS_MAX + 2 * REDIAL_MS_MIN < 5_000,
		"a link over which nothing flows is replaced within 5 s",
	],
	[
		DIAL_SOME <= DIAL_ALL_MAX && 2 * DIAL_ALL_MAX < CONNECTIONS_MAX,
		"peers that dial one another find room",
	],
	[
		WAIT_MS_MAX < ENDED_KEPT_MS_MIN && ENDED_KEPT_MS_MIN < SUCCESSES_KEPT_MS,
		"who waits for a task finds its end, and its time is shortened, not lengthened",
	],
	[
		CELERY_NAME_CHARS_MAX + `~${Number.MAX_SAFE_INTEGER}`.length <=
			ID_CHARS_MAX,
		"the id of every run of a task_id is an id",
	],
	[
		PAYLOAD_BYTES_MAX <= SUBMIT_BATCH_BYTES_MAX,
		"the largest payload fits into a batch",
	],
	[
		RESULT_BYTES_MAX <= COMPLETE_BATCH_BYTES_MAX,
		"the largest result fits into a batch",
	],
	[
		ROUTES_MAX + UNSERVED_ROUTES_MAX <= ROUTES_REMEMBERED_MAX,
		"of all routes that may have work in a shard a node remembers whether they are served",
	],
	[
		CLAIM_ROUTES_MAX <= SWEEP_ROUTES_MAX &&
			SWEEP_ROUTES_MAX <= PULSE_ROUTES_MAX,
		"what is told once more fills a claim, and is no more than what is new",
	],
	[
		SHARDS_MAX * EVENT_PLACE_CHARS_MAX + 4_096 < HEADER_BYTES_MAX,
		"the id of an event fits into a request, however many shards there are",
	],
	[
		4 * EVENTS_HEARTBEAT_MS < CONNECTION_IDLE_MS,
		"a connection is not idle while a reader of events is told that all is well",
	],
	[
		EVENTS_STEP_BYTES < EVENTS_KEPT_BYTES_MAX &&
			EVENTS_KEPT_BYTES_MAX < EVENTS_BYTES_MAX,
		"a reader that was too slow for its node finds what it missed in the store",
	],
];
for (const [holds, sentence] of relations) {
	if (!holds) throw new Error(`limits contradict one another: ${sentence}`);
}
