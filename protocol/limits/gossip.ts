/** Limits of gossip, and of the connections that it goes over. */

/** The largest message. A larger one is not sent, and is dropped if received. */
export const GOSSIP_BYTES_MAX = 32 * 1024;
/** Time between one announcement of a node and its next. */
export const ANNOUNCE_INTERVAL_MS_MIN = 2;
/** The same under load, which means that more than ANNOUNCE_CALM_TASKS_MAX tasks were announced in such a time. */
export const ANNOUNCE_INTERVAL_MS = 20;
export const ANNOUNCE_CALM_TASKS_MAX = 6;
/**
 * Nodes are told about tasks on their way to the store. They are told again if the
 * store's answer came so long after that message, since no claim follows sooner.
 */
export const HINT_AHEAD_MS_MAX = 1;
/** Routes in one announcement; more go into the next. */
export const ANNOUNCE_ROUTES_MAX = 64;
/** How often a digest is sent if its news matters at once. */
export const DIGEST_MS = 1_000;
/** A digest is sent after this at the latest if nothing changes (see digest-pace.ts). */
export const DIGEST_CALM_MS = 3_000;
/** Digests are sent less often the more nodes there are: this much for each. */
export const DIGEST_MS_PER_NODE = 150;
/** Digests are sent no less often than this. */
export const DIGEST_MS_MAX = 30_000;
/** For so long after a change, a node repeats what it sees of the store. */
export const DIGEST_URGENT_MS = 4_000;
/** Peers named in one digest. If there are more, any so many are named. */
export const DIGEST_PEERS_MAX = 64;
/** An older digest is used to judge nobody, unless its sender is connected to us and reaches the store. */
export const DIGEST_STALE_MS = 3_500;
/**
 * A node that has just begun has what is submitted through it wait for so long at most,
 * until it has heard what room the others have.
 */
export const ARRIVAL_MS_MAX = 1_000;
/** Time between one node's turn to claim announced work and the next one's. */
export const CLAIM_TURN_MS = 4;
/** Nodes that try announced work beyond those it needs; the rest sweep. */
export const CLAIM_TURNS_EXTRA = 2;
/** Tasks of types that take less time run on the node that accepted them: handing one to another node takes some ms. */
export const SPREAD_MS_MIN = 20;
/**
 * So long after it announced what it left to other nodes, a node takes what they have not
 * taken. If more of the kind came meanwhile, it waits until the last message is
 * BACK_UP_QUIET_MS old, or the first BACK_UP_MS_MAX: otherwise it would take what others
 * are about to.
 */
export const BACK_UP_MS = 12;
export const BACK_UP_QUIET_MS = 8;
export const BACK_UP_MS_MAX = 24;
/**
 * A node that may soon be taken away is the last to take work: what others have room for
 * is theirs, unless it has waited for so long.
 */
export const AT_RISK_MS = 100;
/** What it had no room for it looks at again after so long, until nothing of it is left. */
export const LEFT_OVER_AGAIN_MS = 20;
/** Its own timer late by so much: it waits as much longer, up to BACK_UP_MS. */
export const BACK_UP_LATE_MS = 3;
/** So long after a pulse that names them routes are claimed from: who was told of their tasks, or left some, goes first. */
export const SWEEP_AFTER_MS = BACK_UP_MS_MAX + BACK_UP_QUIET_MS;
/**
 * Nodes among which the tasks of one route are shared in an announcement, and such shares
 * in one message. More go into the next.
 */
export const QUOTAS_MAX = 32;
export const ANNOUNCE_QUOTAS_MAX = 96;
/** Announced routes of one sender that wait to be claimed from, in one shard. Beyond: left to the sweep. */
export const RUMOURS_MAX = 128;
/**
 * Questions to the store that a node asks at once because of one sender's announcements,
 * and so many more in each further second. Beyond: left to the sweep.
 */
export const RUMOUR_CREDIT_MAX = 256;
export const RUMOUR_CREDIT_PER_S = 32;
/** A question that finds tasks makes up for so many that find none. */
export const RUMOUR_WORTH = 8;
/** Nodes that are weighed in a second to find out whose turn it is, because of one sender. Beyond: left to the sweep. */
export const HEED_PER_S = 25_000;
/** The time before a peer is dialled again: at first the former, growing to the latter, with jitter. */
export const REDIAL_MS_MIN = 500;
export const REDIAL_MS_MAX = 2_000;
/** A dial that takes longer has failed. */
export const DIAL_TIMEOUT_MS = 4_000;
/** Dials at once; more wait for the next look. Keeps a cluster that starts on a busy machine from dialling itself to a standstill. */
export const DIALS_AT_ONCE_MAX = 8;
/** How often a standing connection is looked at. */
export const LINK_LOOK_MS = 1_000;
/** Time between reads of the registry if nothing hints at a change. */
export const REGISTRY_MS = 10_000;
/**
 * Routes of which a node remembers whether another node serves them, until it reads the
 * registry again. Beyond: it discards all of these.
 */
export const ROUTES_REMEMBERED_MAX = 32_768;
/** After a stranger knocked, the registry is read no sooner than this. */
export const REGISTRY_MS_MIN = 200;
/** Questions of one peer that a node answers in a second. Beyond: unanswered. */
export const ANSWERS_PER_S = 64;
/** How long a probe of a lost peer's address may take. No peer is probed more often because others ask. */
export const PROBE_TIMEOUT_MS = 500;
/**
 * An address that still answers when the peer's connection has just closed is probed
 * again after the former, doubling to the latter: a node that ends closes one socket
 * after the other. That takes 1 ms or less, and up to 30 ms on a busy machine.
 */
export const PROBE_CLOSING_MS_MIN = 1;
export const PROBE_CLOSING_MS_MAX = 16;
/**
 * Time between probes of a lost peer: it doubles from the first to the second, or goes on
 * doubling for as long as the peer is alive, which ends the probes after the third.
 */
export const PROBE_AGAIN_MS_MIN = 25;
export const PROBE_AGAIN_MS_MAX = 500;
export const PROBE_ALIVE_MS = 5_000;
/**
 * Lives taken for dead because their address refused. Beyond: the oldest is discarded,
 * and its refusal would be believed once more.
 */
export const REFUSALS_KEPT_MAX = 1_000;
/** Peers admitted; those beyond are refused. */
export const PEERS_MAX = 1_000;
/** With up to so many peers, each node dials all of them. */
export const DIAL_ALL_MAX = 32;
/** With more peers than DIAL_ALL_MAX, a node dials this many, and hears the rest through them. */
export const DIAL_SOME = 16;
/** Connections of one node, dialled and accepted. More are refused. */
export const CONNECTIONS_MAX = 256;
/** Connections accepted from one host in a second. More are refused, and their nodes dial again. */
export const ACCEPTS_PER_HOST_MAX = 64;
/** A connection over which gossip has ceased to flow for so long is closed and dialled again. */
export const MUTE_MS_MAX = 2_000;
/**
 * A connection over which gossip has not begun to flow is closed and dialled again after
 * this. Longer than MUTE_MS_MAX, since a busy machine is slow to set one up.
 */
export const LINK_SETUP_MS_MAX = 6_000;
/** How often each connection is tried. */
export const LINK_PING_MS = 7_000;
/** A connection that is tried is closed if no answer comes within this. */
export const LINK_PING_TIMEOUT_MS = 4_000;
/** A peer that takes longer to open a stream is passed over. */
export const STREAM_TIMEOUT_MS = 2_000;
/** One packet between peers, which may carry several messages. A larger one ends its stream. */
export const GOSSIP_PACKET_BYTES_MAX = 256 * 1024;
/** Unsent gossip to one slow peer. Anything beyond is not sent to it. */
export const GOSSIP_BACKLOG_BYTES_MAX = 1024 * 1024;
/** A message so far behind the newest of its sender counts as a repeat: dropped. */
export const REPLAY_WINDOW = 256;
/** What one peer brings in a second, of its own or from others. Beyond: dropped unread. */
export const HEARD_PER_S = 1_000;
export const HEARD_BYTES_PER_S = 4 * 1024 * 1024;
/** A sender silent for so long may start again from any epoch and number. */
export const SENDER_FORGOTTEN_MS = 30_000;
/** How often a stranger's knock is passed on; others in between are only refused. */
export const STRANGER_MS = 200;
/** How often dropped messages are logged at most, as totals. */
export const DROPS_LOGGED_MS = 10_000;
